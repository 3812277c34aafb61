"""D201: pictures whose label file is not where it is looked for."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.missing_labels import Unlabelled, unlabelled
from traindx.core.row_findings import MOST, and_more
from traindx.core.small_dataset import dataset_of


@check("D201", level="error")
def label_not_found(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Pictures have no label file at the place where trainers look for it, and are not mere background.

    A few pictures without a label are legal: they teach what is no object (see `picture-without-label`). A fault is a
    whole split, or a folder of more than a tenth of its split, without any label; and any label that exists under another
    name, case or folder. A test split without labels is a fault only if they exist elsewhere.

    ## Why is this bad?
    Trainers take such pictures for background without a word. The model then learns that nothing is ever there: the class
    loss falls to zero, the box loss stays at zero and mAP is 0.

    ## How to fix
    Put the labels where they are looked for: the last folder called `images` in the picture's path becomes `labels`, the
    suffix becomes `.txt`, and case counts. Or correct `path` and the split's entry in the yaml.
    """
    groups = unlabelled(dataset)
    faulty = [group for group in groups if group.fault]
    yield Measured("pictures without a label file", sum(len(g.images) for g in groups), "few", "pictures")
    yield Measured("of these, label expected", sum(len(g.images) for g in faulty), "0", "pictures")
    rules = {split.name: split.label_rule for split in dataset.splits}
    for group in faulty:
        first = group.images[0]
        evidence = (
            Measured("looked for", str(dataset.images.label_path[first])),
            Measured("rule", rules.get(group.split, "")),
            Measured("pictures without a label", len(group.images), f"0 of {group.of}"),
        )
        yield Finding(_place(dataset, first), _message(dataset, group), evidence)
    others = [i for group in faulty for i in group.images[1:] if dataset.format != "coco"]
    for n, i in enumerate(others[:MOST]):
        text = f"no label file {dataset.images.label_path[i]}{and_more(n, len(others))}"
        yield Finding(_place(dataset, i), text)


def _message(dataset: Dataset, group: Unlabelled) -> str:
    if dataset.format == "coco":
        json = str(dataset.images.label_path[group.images[0]])
        return f"{len(group.images)} pictures of {group.split} and not one annotation in {json}"
    first = str(dataset.images.path[group.images[0]])
    if group.fault == "spelling":
        found = group.elsewhere.rpartition("/")[2]
        wanted = str(dataset.images.label_path[group.images[0]]).rpartition("/")[2]
        return f"label of {first} is called {found}, should be {wanted}"
    some = "none" if len(group.images) == group.of else f"{len(group.images)}"
    verb = "has a label" if some == "none" else "have no label"
    text = f"{some} of the {group.of} pictures of {group.split} {verb} in {group.looked_in}"
    if group.fault == "renamed":
        return f"{text}, and as many labels there have no picture: one of both was renamed"
    if not group.found:
        return f"{text}, and no file below the root is called like one"
    example = dataset.labels_elsewhere[str(dataset.images.label_path[group.images[0]])]
    suffix = example.rpartition(".")[2].lower()
    unread = "" if suffix == "txt" else f" as .{suffix}, which YOLO trainers do not read"
    return f"{text}: {group.found} files with their names are in {group.elsewhere}{unread}"


def _place(dataset: Dataset, image: int) -> Place:
    label = str(dataset.images.label_path[image]).removeprefix(dataset.root.rstrip("/") + "/")
    return Place(path=label, image=str(dataset.images.path[image]))


_PICTURES = [{"path": f"images/{i}.jpg", "label_state": "missing"} for i in range(3)]


@label_not_found.fires_on
def a_split_without_any_label() -> Facts:
    return {"dataset": dataset_of(_PICTURES)}


@label_not_found.fires_on
def a_label_in_other_case() -> Facts:
    pictures = [{"path": f"images/{i}.jpg"} for i in range(3)] + [{"path": "images/x.jpg", "label_state": "missing"}]
    return {"dataset": dataset_of(pictures, labels_elsewhere={"/data/labels/x.txt": "/data/labels/X.txt"})}


@label_not_found.quiet_on
def one_background_picture() -> Facts:
    pictures = [{"path": f"images/{i}.jpg"} for i in range(3)] + [{"path": "images/x.jpg", "label_state": "missing"}]
    return {"dataset": dataset_of(pictures)}


@label_not_found.quiet_on
def a_test_split_without_labels() -> Facts:
    test = [{"path": f"images/t{i}.jpg", "split": "test", "label_state": "missing"} for i in range(3)]
    return {"dataset": dataset_of([{"path": "images/a.jpg"}, *test])}
