"""YOLO sets laid out, listed and written in legal ways: blanks in paths, lists, folds, several yaml, line ends of Windows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from bench.planted.layouts import Yolo, plain_yolo, rows, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES, Shot
from bench.planted.truth import Clean, Source

LISTED = "names: [" + ", ".join(NAMES) + "]\n"


def _inside(folder: str) -> Callable[[Path, Source], None]:
    """The set lies in a folder of that name; the yaml lies in it."""

    def draw(root: Path, source: Source) -> None:
        plain_yolo(root / folder, source)

    return draw


def _listed(paths: list[str], end: str = "\n", head: str = "") -> str:
    return head + "".join(f"{path}{end}" for path in paths)


def _all(made: Yolo, split: str) -> list[str]:
    return [f"./{made.image(split, n)}" for n in range(len(made.splits[split]))]


def _test_list(root: Path, source: Source) -> None:
    """train and val are folders, test is a list into val."""
    made = plain_yolo(root, source)
    write(root / "test.txt", _listed(_all(made, "val")[:9]))
    write(root / "data.yaml", yaml_of(NAMES, test="test.txt"))


def _windows_list(root: Path, source: Source) -> None:
    """Lists and yaml with the line ends of Windows, and a blank line at the end."""
    made = plain_yolo(root, source)
    for split in made.splits:
        write(root / f"{split}.txt", _listed(_all(made, split), "\r\n") + "\r\n")
    text = "path: .\ntrain: train.txt\nval: val.txt\n" + LISTED
    write(root / "data.yaml", text.replace("\n", "\r\n"))


def _marked_yaml(root: Path, source: Source) -> None:
    """A yaml with a byte order mark, comments and a document start."""
    plain_yolo(root, source)
    text = yaml_of(NAMES).replace("train:", "# our pictures\ntrain:").replace("val:", "val:  ")
    write(root / "data.yaml", b"\xef\xbb\xbf---\n" + text.encode())


def _part_listed(root: Path, source: Source) -> None:
    """Lists of half of the pictures; the others, and their labels, lie in the same folders."""
    made = plain_yolo(root, source)
    write(root / "train.txt", _listed(_all(made, "train")[::2]))
    write(root / "val.txt", _listed(_all(made, "val")[::2]))
    write(root / "data.yaml", "path: .\ntrain: train.txt\nval: val.txt\n" + LISTED)


def _folds(root: Path, source: Source) -> None:
    """Five folds of one folder, a pair of lists and a yaml each."""
    shots = source.shots(60)
    for shot in shots:
        write(root / f"images/{shot.stem}.jpg", shot.jpeg())
        write(root / f"labels/{shot.stem}.txt", "".join(f"{line}\n" for line in rows(shot)))
    for fold in range(5):
        held = [f"./images/{shot.stem}.jpg" for shot in shots[fold::5]]
        rest = [f"./images/{shot.stem}.jpg" for n, shot in enumerate(shots) if n % 5 != fold]
        write(root / f"fold{fold}_train.txt", _listed(rest))
        write(root / f"fold{fold}_val.txt", _listed(held))
        keys = f"path: .\ntrain: fold{fold}_train.txt\nval: fold{fold}_val.txt\n"
        write(root / ("data.yaml" if fold == 0 else f"fold{fold}.yaml"), keys + LISTED)


def _fold_folders(root: Path, source: Source) -> None:
    """Five folders; train is a list of four of them."""
    shots = source.shots(60)
    for n, shot in enumerate(shots):
        write(root / f"images/fold{n % 5}/{shot.stem}.jpg", shot.jpeg())
        write(root / f"labels/fold{n % 5}/{shot.stem}.txt", "".join(f"{line}\n" for line in rows(shot)))
    train = ", ".join(f"images/fold{n}" for n in range(1, 5))
    write(root / "data.yaml", f"path: .\ntrain: [{train}]\nval: images/fold0\n" + LISTED)


def _train_and_val_against_test(root: Path, source: Source) -> None:
    """As VOC is used: the published train and val are both trained on, and its test is val and test."""
    splits = splits_of(source)
    yolo(root, {"train2007": splits["train"][:30], "val2007": splits["train"][30:], "test2007": splits["val"]})
    train = "train: [images/train2007, images/val2007]\nval: images/test2007\ntest: images/test2007\n"
    write(root / "data.yaml", "path: .\n" + train + LISTED)


def _more_keys(root: Path, source: Source) -> None:
    """Keys that no framework reads, and some that look like ones that it does."""
    plain_yolo(root, source)
    more = (
        "name: shapes\nversion: 3\ntask: detect\ndescription: drawn\npaths: {raw: store}\ntests: []\nnames_de: [a, b]\n"
    )
    write(root / "data.yaml", yaml_of(NAMES) + more + "nc: 6\nchannels: 3\nauthor: none\nmean: [0, 0, 0]\n")


def _second_yaml(root: Path, source: Source) -> None:
    """A second yaml for an experiment with one class, beside the one that is given."""
    plain_yolo(root, source)
    write(root / "one_class.yaml", yaml_of(("shape",)))
    write(root / "hyp.yaml", "lr0: 0.01\nmosaic: 1.0\n")
    write(root / "runs/detect/train/args.yaml", "data: data.yaml\nimgsz: 320\n")


def _linked_labels(root: Path, source: Source) -> None:
    """Folders of pictures and labels are links to a store."""
    plain_yolo(root / "store", source)
    for folder in ("images", "labels"):
        (root / folder).symlink_to(root / "store" / folder, target_is_directory=True)
    shutil.move(root / "store/data.yaml", root / "data.yaml")


def _label_in_the_name(root: Path, source: Source) -> None:
    """Folders above the set are called images and labels too, and names hold these words."""
    splits = splits_of(source)
    yolo(
        root / "images/labels", {s: [x.named(f"images_labels_{x.stem}") for x in shots] for s, shots in splits.items()}
    )


def _many_suffixes(root: Path, source: Source) -> None:
    """JPEG, PNG, BMP and WebP side by side."""
    made = plain_yolo(root, source)
    for split, shots in made.splits.items():
        for n, shot in enumerate(shots):
            suffix, kind = ((".jpg", "JPEG"), (".png", "PNG"), (".bmp", "BMP"), (".webp", "WEBP"))[n % 4]
            (root / made.image(split, n)).unlink()
            shot.picture.save((root / made.image(split, n)).with_suffix(suffix), kind)


def _counted(root: Path, source: Source) -> None:
    """Names are a word and a count that starts again in each split."""
    splits = {
        split: [shot.named(f"{n:06d}") for n, shot in enumerate(shots)] for split, shots in splits_of(source).items()
    }
    yolo(root, splits)


def _scenes_counted(root: Path, source: Source) -> None:
    """The word scene and a count that goes on from train to val; each camera takes its own picture of a scene."""
    splits: dict[str, list[Shot]] = {"train": [], "val": []}
    for split, shots in splits_of(source).items():
        splits[split] = [shot.named(f"scene_{n + (100 if split == 'val' else 0)}") for n, shot in enumerate(shots)]
    yolo(root, splits)


def _clips_restarted(root: Path, source: Source) -> None:
    """Folders of clips, which each split counts from 1."""
    for split, shots in splits_of(source, train=48, val=24).items():
        for n, shot in enumerate(shots):
            name = f"{split}/clip{n // 6 + 1}/{n % 6:06d}"
            write(root / f"images/{name}.jpg", shot.jpeg())
            write(root / f"labels/{name}.txt", "".join(f"{line}\n" for line in rows(shot)))
    write(root / "data.yaml", yaml_of())


def _sessions_of_days(root: Path, source: Source) -> None:
    """Days are dealt to the splits; the sessions of each day count from 1."""
    splits: dict[str, list[Shot]] = {"train": [], "val": []}
    for n, shot in enumerate(source.shots(72)):
        day = n // 12 + 1
        splits["val" if day > 4 else "train"].append(
            shot.named(f"2024-03-{day:02d}_session{n % 12 // 4 + 1}_{n * 37:05d}")
        )
    yolo(root, splits)


def _sites(root: Path, source: Source) -> None:
    """Sites are dealt to the splits; each site counts its patients from 1."""
    splits: dict[str, list[Shot]] = {"train": [], "val": []}
    for n, shot in enumerate(source.shots(72)):
        site = "abcdef"[n // 12]
        splits["val" if site > "d" else "train"].append(shot.named(f"site{site}_patient{n % 12 // 3 + 1}_{n * 37:05d}"))
    yolo(root, splits)


SETS: dict[str, Callable[[Path, Source], None]] = {
    "test-list": _test_list,
    "windows-lists": _windows_list,
    "marked-yaml": _marked_yaml,
    "part-listed": _part_listed,
    "folds": _folds,
    "fold-folders": _fold_folders,
    "train-and-val-against-test": _train_and_val_against_test,
    "more-keys": _more_keys,
    "second-yaml": _second_yaml,
    "linked-folders": _linked_labels,
    "many-suffixes": _many_suffixes,
    "counted": _counted,
    "scenes-counted": _scenes_counted,
    "clips-restarted": _clips_restarted,
    "sessions-of-days": _sessions_of_days,
    "patients-of-sites": _sites,
}

ACCENTS = "été 2024 (n°1) 図"
CLEAN = (
    *(Clean(f"clean-layout-{name}", "yolo", draw, "data.yaml") for name, draw in SETS.items()),
    Clean("clean-layout-blanks-and-accents", "yolo", _inside(ACCENTS), f"{ACCENTS}/data.yaml"),
    Clean("clean-layout-images-in-labels", "yolo", _label_in_the_name, "images/labels/data.yaml"),
)
