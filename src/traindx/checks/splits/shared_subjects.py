"""D334: file names say that the same patient, video or scene is in train and in another split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.small_dataset import dataset_of

WORDS = "patients?|subjects?|persons?|animal|specimen|slide|study|video|vid|clip|seq(?:uence)?|scene|session|flight|recording"
_SUBJECT = re.compile(rf"(?:^|[_\-. /])((?:{WORDS})[_\-]?\d+)(?=$|[_\-. /])", re.IGNORECASE)
SHOWN = 10


@check("D334", level="warning")
def shared_subjects(dataset: Dataset, *, share: float = 0.1, groups: int = 3) -> Iterator[Finding | Measured]:
    """Names such as `patient012_3.jpg` or `clip7/000012.jpg` say that pictures of one subject are in train and in val or test.

    The name holds a word that means a group and its number. Reported where `share` of a split are of subjects that train has
    too, at least `groups` of them, and subjects have several pictures each (guesses). Names alone are the evidence; where
    pictures of a group look alike as well it is D327.

    ## Why is this bad?
    Pictures of one patient, animal or video have more in common than what they show. The score on val then says how the
    network does on subjects that it has seen.

    ## How to fix
    Draw subjects, not pictures, into the splits (`GroupShuffleSplit` of scikit-learn, with the subject as group).
    """
    images = dataset.images
    named = np.array([bool(_subject(shape)) for shape in images.shapes.every], dtype=bool)[images.shapes.of]
    subjects = [_subject(path) if has else "" for path, has in zip(images.path.tolist(), named.tolist(), strict=True)]
    train = Counter(s for s, split in zip(subjects, images.split, strict=True) if s and split == "train")
    if len(train) < groups:
        return
    for split in dataset.splits:
        own = [i for i, name in enumerate(images.split) if name == split.name]
        if split.name == "train" or not own:
            continue
        crossing = [i for i in own if subjects[i] in train]
        number = Measured(f"share of {split.name} whose subject train has too, by name", len(crossing) / len(own), "0")
        yield number
        shared = Counter(subjects[i] for i in crossing)
        several = sum(train[s] for s in shared) + len(crossing) >= 3 * len(shared)
        if len(crossing) >= share * len(own) and len(shared) >= groups and several:
            example = str(images.path[crossing[0]])
            text = (
                f"{len(crossing):,} of {len(own):,} pictures of {split.name} are by name of {len(shared)} subjects "
                f"that train has too: {example} is of {subjects[crossing[0]]}"
            )
            rows = tuple((s, train[s], n) for s, n in shared.most_common(SHOWN))
            table = Table("Subjects by name in both", ("subject", "in train", f"in {split.name}"), rows)
            yield Finding(Place(image=example, setting=split.name), text, (number, table))


def _subject(path: str) -> str:
    """The first word and number of a path's folders and name that mean a group, without the folder of the split."""
    found = _SUBJECT.search(path.replace("\\", "/").rpartition(".")[0])
    return found[1].lower() if found else ""


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
