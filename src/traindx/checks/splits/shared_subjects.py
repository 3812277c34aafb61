"""D334: file names say that the same patient, video or scene is in train and in another split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.small_dataset import dataset_of
from traindx.core.subjects import subjects_of

SHOWN = 10


@check("D334", level="warning")
def shared_subjects(dataset: Dataset, *, share: float = 0.1, groups: int = 3) -> Iterator[Finding | Measured]:
    """Names such as `patient012_3.jpg` or `clip7/000012.jpg` say that pictures of one subject are in train and in val or test.

    The name holds a word that means a group and its number. Reported where `share` of a split are of subjects that train has
    too, at least `groups` of them, and subjects have several pictures each (guesses). A subject is known by its folder and by
    what stands before its word as well: patient 1 of one site, or of one class folder, is not that of another. Where names of
    at least half of them are in train as a whole (`train/clip1/0001.jpg`, `val/clip1/0001.jpg`), the count only begins anew in
    each split. Names alone are the evidence; where pictures of a group look alike as well it is D327.

    ## Why is this bad?
    Pictures of one patient, animal or video have more in common than what they show. The score on val then says how the
    network does on subjects that it has seen.

    ## How to fix
    Draw subjects, not pictures, into the splits (`GroupShuffleSplit` of scikit-learn, with the subject as group).
    """
    images, named = dataset.images, subjects_of(dataset)
    subjects = named.of
    train = Counter(subject for i, subject in subjects.items() if images.split[i] == "train")
    if len(train) < groups:
        return
    for split in dataset.splits:
        own = int(dataset.split_masks[split.name].sum())
        if split.name == "train" or not own:
            continue
        crossing = [i for i, subject in subjects.items() if images.split[i] == split.name and subject in train]
        if 2 * len(named.again.intersection(crossing)) >= len(crossing):
            crossing = []
        number = Measured(f"share of {split.name} whose subject train has too, by name", len(crossing) / own, "0")
        yield number
        shared = Counter(subjects[i] for i in crossing)
        several = sum(train[s] for s in shared) + len(crossing) >= 3 * len(shared)
        if len(crossing) >= share * own and len(shared) >= groups and several:
            example = str(images.path[crossing[0]])
            text = (
                f"{len(crossing):,} of {own:,} pictures of {split.name} are by name of {len(shared)} subjects "
                f"that train has too: {example} is of {subjects[crossing[0]]}"
            )
            rows = tuple((s, train[s], n) for s, n in shared.most_common(SHOWN))
            table = Table("Subjects by name in both", ("subject", "in train", f"in {split.name}"), rows)
            yield Finding(Place(image=example, setting=split.name), text, (number, table))


def _slides(*, by_patient: bool) -> Facts:
    """Twelve patients of five pictures each; patients, or pictures, are dealt to the splits."""
    images = []
    for patient in range(12):
        for n in range(5):
            in_val = patient < 3 if by_patient else n == 0
            images.append({"path": f"images/patient{patient:02d}_{n}.jpg", "split": "val" if in_val else "train"})
    return {"dataset": dataset_of(images)}


@shared_subjects.fires_on
def pictures_dealt_one_by_one() -> Facts:
    return _slides(by_patient=False)


@shared_subjects.quiet_on
def patients_dealt_as_a_whole() -> Facts:
    return _slides(by_patient=True)


@shared_subjects.quiet_on
def a_counter() -> Facts:
    return {
        "dataset": dataset_of([{"path": f"cell_{n}.jpg", "split": "val" if n % 5 == 0 else "train"} for n in range(40)])
    }


@shared_subjects.quiet_on
def a_count_that_begins_anew() -> Facts:
    paths = [
        (split, f"{split}/clip{clip}/{n:06d}.jpg") for split in ("train", "val") for clip in range(4) for n in range(5)
    ]
    return {"dataset": dataset_of([{"path": path, "split": split} for split, path in paths])}


@shared_subjects.quiet_on
def patients_of_other_sites() -> Facts:
    images = [
        {"path": f"site{site}_patient{n // 5}_{97 * n + site}.jpg", "split": "val" if site == 3 else "train"}
        for site in range(4)
        for n in range(20)
    ]
    return {"dataset": dataset_of(images)}
