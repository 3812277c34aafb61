"""Tells which format a dataset has, and gives its reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from traindx.core.dataset import Dataset, Pictures
from traindx.errors import TraindxError, UnreadableError

Measure: TypeAlias = Callable[[Sequence[str]], Pictures]
"""Looks at pictures, given as absolute paths."""

Reader: TypeAlias = Callable[[Measure], Dataset]
"""Reads a dataset whose description was found; takes what looks at its pictures."""

YAML = (".yaml", ".yml")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")

TABLES = (".csv", ".tsv", ".xlsx", ".parquet")

LOOKED_FOR = (
    "looked for a *.yaml with the keys train, val and names; a COCO json in it, in annotations/ or in the split folders; "
    "Pascal VOC's Annotations/*.xml, or xml beside the pictures; folders of pictures named after classes"
)
GIVE = "give the path of a data.yaml, of a COCO json, or of the dataset's folder"


def reader_of(data: Path, pictures: str | None = None, started: Path | None = None) -> Reader:
    """The reader of the dataset at `data`; `pictures` is the folder of its pictures, where it was given.

    `started` is the folder in which the training is started, None for the working directory.

    Of a folder, the first that it holds of: a dataset's yaml, COCO jsons, Pascal VOC annotations, class folders.
    Raises `TraindxError` if there is no such path or it is no dataset of a known format.
    """
    if not data.exists():
        raise TraindxError(f"{data}: no such file or folder", hint=GIVE)
    read = _of_folder if data.is_dir() else _of_file
    return read(data.absolute(), pictures, started)


def _of_file(file: Path, pictures: str | None, started: Path | None) -> Reader:
    suffix = file.suffix.lower()
    if suffix in YAML:
        return _yolo(file, started)
    if suffix == ".json":
        from traindx.scan.coco import read_coco
        from traindx.scan.coco_files import root_of

        return lambda measure: read_coco(root_of(file), [file], pictures, measure)
    if suffix in ARCHIVES:
        raise TraindxError(f"{file} is an archive", hint="unpack it and give the folder")
    if suffix == ".xml":
        raise TraindxError(f"{file} is a single xml file", hint="give the folder that holds the annotations")
    raise TraindxError(f"{file} is no dataset: {suffix or 'a file without suffix'}", hint=GIVE)


def _yolo(file: Path, started: Path | None) -> Reader:
    from traindx.scan.settings import find_settings
    from traindx.scan.yolo import read_yolo

    settings = find_settings(file, started)
    return lambda measure: read_yolo(settings, measure)


def _of_folder(folder: Path, pictures: str | None, started: Path | None) -> Reader:
    from traindx.scan.coco_files import find_jsons
    from traindx.scan.imagefolder import is_imagefolder, read_imagefolder
    from traindx.scan.settings import broken_yaml, dataset_yamls
    from traindx.scan.voc_layout import find_voc

    yamls, problems = dataset_yamls(folder)
    if len(yamls) > 1:
        listed = ", ".join(file.name for file in yamls)
        raise TraindxError(f"{folder} holds {len(yamls)} dataset yamls: {listed}", hint="name one of them")
    if yamls:
        return _yolo(yamls[0], started)
    if files := find_jsons(folder):
        from traindx.scan.coco import read_coco

        return lambda measure: read_coco(folder, files, pictures, measure)
    if layout := find_voc(folder, pictures):
        from traindx.scan.voc import read_voc

        return lambda measure: read_voc(layout, measure)
    if is_imagefolder(folder):
        return lambda measure: read_imagefolder(folder, measure)
    seen, why, hint = f"{folder} holds no dataset", f"{LOOKED_FOR}; found {_held(folder, problems)}", _hint(folder)
    if broken := broken_yaml(folder):
        raise UnreadableError(broken.path, broken.problem, broken.line, why=why, hint=hint, given=seen)
    raise TraindxError(seen, why, hint)


def _held(folder: Path, problems: Sequence[str]) -> str:
    """What a folder holds that is no dataset, in words: broken yamls with their line, folders, files by suffix."""
    items = [item for item in sorted(folder.iterdir()) if not item.name.startswith(".")]
    folders = [item.name for item in items if item.is_dir()]
    kinds = Counter(item.suffix.lower() or "without suffix" for item in items if not item.is_dir())
    found = list(problems)
    if folders:
        more = f" and {len(folders) - 5} more" if len(folders) > 5 else ""
        found.append(f"folders {', '.join(folders[:5])}{more}")
    found += [f"{count} {kind} file{'s' if count > 1 else ''}" for kind, count in kinds.most_common(5)]
    return "; ".join(found) or "nothing"


def _hint(folder: Path) -> str:
    archive = next((item for item in sorted(folder.iterdir()) if item.suffix.lower() in ARCHIVES), None)
    if archive is not None:
        return f"unpack {archive.name}"
    table = next((item for item in sorted(folder.iterdir()) if item.suffix.lower() in TABLES), None)
    if table is not None:
        return f"tables such as {table.name} are not read: make class folders, YOLO rows or a COCO json of it"
    return "correct the yaml, or give the path of the data.yaml, of a COCO json, or of the dataset's folder"
