"""Tells which format a dataset has, and gives its reader."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from traindx.core.dataset import Dataset, Pictures
from traindx.errors import TraindxError, UnreadableError
from traindx.scan.folder_items import files_in, folders_in
from traindx.scan.foreign import EXPORT, READ, foreign_file, foreign_in

Measure: TypeAlias = Callable[[Sequence[str]], Pictures]
"""Looks at pictures, given as absolute paths."""

Reader: TypeAlias = Callable[[Measure], Dataset]
"""Reads a dataset whose description was found; takes what looks at its pictures."""

YAML = (".yaml", ".yml")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")

LEVELS = 3
"""Folders that hold one folder alone are looked into so deep. A guess."""

LOOKED_FOR = (
    "looked for a *.yaml with the keys train, val and names; a COCO json in it, in annotations/ or in the split folders; "
    "Pascal VOC's Annotations/*.xml, or xml beside the pictures; classes.txt or obj.names with YOLO rows; "
    "folders of pictures named after classes"
)
GIVE = "give the path of a data.yaml, of a COCO json, or of the dataset's folder"


def reader_of(data: Path, pictures: str | None = None, started: Path | None = None) -> Reader:
    """The reader of the dataset at `data`; `pictures` is the folder of its pictures, where it was given.

    `started` is the folder in which the training is started, None for the working directory.

    Of a folder, the first that it holds of: a dataset's yaml, COCO jsons, Pascal VOC annotations, a list of classes
    beside pictures and YOLO rows; any of these lower, as long as each folder holds one folder alone, as unpacked archives
    do; class folders.
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

        if name := foreign_file(file):
            raise TraindxError(f"{file} is {name}", READ, EXPORT)
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
    from traindx.scan.imagefolder import is_imagefolder, read_imagefolder
    from traindx.scan.settings import broken_yaml, dataset_yamls

    for place in (folder, *_lone_folders(folder)):
        if (reader := _described(place, pictures, started)) is not None:
            return reader
    if is_imagefolder(folder):
        return lambda measure: read_imagefolder(folder, measure)
    raise _nothing_read(folder, dataset_yamls(folder)[1], broken_yaml(folder))


def _described(folder: Path, pictures: str | None, started: Path | None) -> Reader | None:
    """The reader of what a yaml, json, xml or list of classes describes in this folder."""
    from traindx.scan.class_lists import settings_of_class_list
    from traindx.scan.coco_files import find_jsons
    from traindx.scan.settings import dataset_yamls
    from traindx.scan.voc_layout import find_voc

    yamls, _ = dataset_yamls(folder)
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
    if (made := settings_of_class_list(folder, started or Path.cwd())) is not None:
        from traindx.scan.yolo import read_yolo

        return lambda measure: read_yolo(made, measure)
    return None


def _lone_folders(folder: Path) -> Iterator[Path]:
    """The folder that this one holds alone, what archives and systems leave behind aside, the one in that, and so on."""
    for _ in range(LEVELS):
        inside = [item for item in folders_in(folder) if not item.name.startswith((".", "__"))]
        if len(inside) != 1:
            return
        folder = inside[0]
        yield folder


def _nothing_read(folder: Path, problems: Sequence[str], broken: UnreadableError | None) -> TraindxError:
    """What is said of a folder that holds no dataset of a known format."""
    seen, held, hint = f"{folder} holds no dataset", f"found {_held(folder, problems)}", _hint(folder)
    if broken is not None:
        why = f"{LOOKED_FOR}; {held}"
        return UnreadableError(broken.path, broken.problem, broken.line, why=why, hint=hint, given=seen)
    if not problems and (foreign := foreign_in(folder)) is not None:
        return TraindxError(f"{seen} that is read: {foreign[0]}", f"{READ}; {held}", foreign[1])
    return TraindxError(seen, f"{LOOKED_FOR}; {held}", hint)


def _held(folder: Path, problems: Sequence[str]) -> str:
    """What a folder holds that is no dataset, in words: broken yamls with their line, folders, files by suffix."""
    folders = [item.name for item in folders_in(folder) if not item.name.startswith(".")]
    with os.scandir(folder) as items:
        files = (item.name for item in items if not item.name.startswith(".") and not item.is_dir())
        kinds = Counter(os.path.splitext(name)[1].lower() or "without suffix" for name in files)  # noqa: PTH122
    found = list(problems)
    if folders:
        more = f" and {len(folders) - 5} more" if len(folders) > 5 else ""
        found.append(f"folders {', '.join(folders[:5])}{more}")
    found += [f"{count} {kind} file{'s' if count > 1 else ''}" for kind, count in kinds.most_common(5)]
    return "; ".join(found) or "nothing"


def _hint(folder: Path) -> str:
    if archives := files_in(folder, *ARCHIVES):
        return f"unpack {archives[0].name}"
    return "correct the yaml, or give the path of the data.yaml, of a COCO json, or of the dataset's folder"
