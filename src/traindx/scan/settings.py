"""Finds and reads the settings file of a dataset (data.yaml): its keys, class names and root folder."""

from __future__ import annotations

import json
import os
import reprlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from traindx.errors import TraindxError, UnreadableError
from traindx.scan.folder_items import files_in

MAX_BYTES = 2**20
"""A larger settings file is refused: names for 20,000 classes have room in it."""

MAX_CLASSES = 1_000_000

GIVE = "give the path of a data.yaml"
"""What to try where a file is none."""

SPLIT_KEYS = ("train", "val", "test")


@dataclass(frozen=True)
class Settings:
    """A data.yaml as written (`values`), its class `names` by id and the `root` its split paths are relative to.

    `root_rule` says in words how the root was found. `started` is the folder in which the training is started. Those that are
    not `complete` need no validation split: they were made up for a set that has no yaml yet.
    """

    file: Path
    values: Mapping[str, Any]
    names: Mapping[int, str]
    root: Path
    root_rule: str
    started: Path
    complete: bool = True

    @property
    def file_name(self) -> str:
        """The file's path relative to the root where it lies under it, else absolute."""
        return str(self.file).removeprefix(f"{self.root}{os.sep}")


def find_settings(data: Path, started: Path | None = None) -> Settings:
    """Settings of the dataset at `data`: a yaml, or a folder that holds exactly one dataset yaml.

    `started` is the folder in which the training is started, None for the working directory.

    Raises `TraindxError` if there is no such path or it is no dataset.
    """
    if not data.exists():
        raise TraindxError(f"{data}: no such file or folder", hint="give the path of a data.yaml")
    if data.is_dir():
        return _in_folder(data, started or Path.cwd())
    return _settings(data.absolute(), _read(data), started or Path.cwd())


def broken_yaml(folder: Path) -> UnreadableError | None:
    """What is wrong with the one yaml of a folder, where there is one and it cannot be read."""
    files = _yamls(folder)
    try:
        _read(files[0]) if len(files) == 1 else None
    except UnreadableError as error:
        return error
    return None


def _yamls(folder: Path) -> list[Path]:
    return files_in(folder, ".yaml", ".yml")


def dataset_yamls(folder: Path) -> tuple[list[Path], list[str]]:
    """The dataset yamls directly in a folder, and what is wrong with its yamls that are none, in words."""
    found, problems = [], []
    for file in _yamls(folder):
        try:
            values = _read(file)
        except TraindxError as error:
            problems.append(error.seen.replace(str(file), file.name))
            continue
        if missing := _missing(values):
            problems.append(f"{file.name} with no {' and no '.join(missing)}")
        else:
            found.append(file)
    return found, problems


def _in_folder(folder: Path, started: Path) -> Settings:
    found, problems = dataset_yamls(folder)
    if len(found) == 1:
        return _settings(found[0].absolute(), _read(found[0]), started)
    if found:
        listed = ", ".join(file.name for file in found)
        raise TraindxError(f"{folder} holds {len(found)} dataset yamls: {listed}", hint="name one of them")
    raise TraindxError(
        f"{folder} holds no dataset",
        "looked for a *.yaml with the keys train, val and names (or nc) directly in it and found "
        + ("; ".join(problems) or "no yaml at all"),
        "give the path of the data.yaml",
    )


def _read(file: Path) -> dict[str, Any]:
    """The yaml's keys. `safe_load` builds plain values only: nothing that a file says is run."""
    try:
        if file.stat().st_size > MAX_BYTES:
            size = f"{file.stat().st_size:,} bytes (at most {MAX_BYTES:,})"
            raise TraindxError(f"{file} is no dataset's yaml: it has {size}", hint="give the path of a data.yaml")
        values = yaml.safe_load(file.read_text(encoding="utf-8-sig", errors="replace"))
    except OSError as error:
        raise TraindxError(f"{file} cannot be read: {error.strerror or error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        at = f", line {line}" if line else ""
        raise UnreadableError(str(file), f"is no valid yaml{at}: {problem}", line, hint=GIVE) from error
    except (ValueError, RecursionError) as error:  # a date such as 2024-13-45, or a thousand brackets
        raise UnreadableError(str(file), f"is no valid yaml: {error}", hint=GIVE) from error
    if not isinstance(values, dict):
        kind = "is empty" if values is None else f"holds a {type(values).__name__}"
        why = "a dataset's yaml holds the keys train, val and names (or nc)"
        raise UnreadableError(str(file), kind, why=why, hint="give a data.yaml")
    return {str(key): value for key, value in values.items()}


def _missing(values: Mapping[str, Any]) -> list[str]:
    """Keys without which the yaml is no dataset. A lone missing split is a finding, not this."""
    missing = []
    if not any(values.get(key) for key in (*SPLIT_KEYS, "validation")):
        missing += ["train", "val"]
    if values.get("names") is None and values.get("nc") is None:
        missing.append("names (or nc)")
    return missing


def _settings(file: Path, values: dict[str, Any], started: Path) -> Settings:
    if missing := _missing(values):
        keys = ", ".join(values) or "none"
        raise TraindxError(
            f"{file} is no dataset: it has no {' and no '.join(missing)}",
            f"its keys are {keys[:200]}",
            "give a data.yaml",
        )
    if "val" not in values and "validation" in values:
        values = {**values, "val": values["validation"]}
    for key in (*SPLIT_KEYS, "path"):
        value = values.get(key)
        parts = value if isinstance(value, list) and key != "path" else [value]
        if value is not None and not all(isinstance(part, str) for part in parts):
            wanted = "a path" if key == "path" else "a path or a list of paths"
            raise TraindxError(f"{file}: `{key}` is {value!r}", f"it should be {wanted}")
    root, rule = _root(file, values, started)
    return Settings(file, values, _names(file, values), root, rule, started)


def _names(file: Path, values: Mapping[str, Any]) -> dict[int, str]:
    """Class names by id: a list counts from 0, a mapping says its ids, `nc` alone gives class_0, class_1, ..."""
    names = values.get("names")
    if names is None:
        try:
            count = float(values["nc"])
        except (TypeError, ValueError, OverflowError):
            count = 0.5
        if not 1 <= count <= MAX_CLASSES or count != int(count):
            raise TraindxError(f"{file}: `nc` is {values['nc']!r}", "it should be a whole number of classes, 1 or more")
        return {i: f"class_{i}" for i in range(int(count))}
    try:
        pairs = dict(enumerate(names) if isinstance(names, list) else names.items())
        plain = all(isinstance(name, (str, int, float, bool, type(None))) for name in pairs.values())
        found = {int(key): str(name) for key, name in pairs.items()} if plain else {}
    except (AttributeError, TypeError, ValueError, OverflowError):
        found = {}
    if not found:
        raise TraindxError(
            f"{file}: `names` is {reprlib.repr(names)[:80]}",
            "it should be a list of names, or a mapping from ids to names",
        )
    return dict(sorted(found.items()))


def _root(file: Path, values: Mapping[str, Any], started: Path) -> tuple[Path, str]:
    """The folder that split paths are relative to: of the rules in use, the first that leads to an existing split.

    Ultralytics takes `path` relative to the working directory, then to its datasets_dir; YOLOv5 relative to its own
    folder; without `path` both take the yaml's folder.
    """
    written = values.get("path")
    home = os.path.expanduser(written or "")  # noqa: PTH111 (an unknown user stays as written)
    if os.path.isabs(home):  # noqa: PTH117
        return Path(os.path.normpath(home)), "`path` as written"
    name = f"`path: {written}`" if written else "no `path`: split paths"
    rules = [
        (file.parent / (written or ""), f"{name} relative to the yaml's folder"),
        (started / (written or ""), f"{name} relative to the working directory"),
        *((d / (written or ""), f"{name} relative to Ultralytics' datasets_dir {d}") for d in _datasets_dirs()),
    ]
    firsts = [p for key in SPLIT_KEYS if (v := values.get(key)) for p in (v if isinstance(v, list) else [v])]
    for root, rule in rules:
        if any((root / p).exists() or (root / p.removeprefix("../")).exists() for p in firsts):
            return Path(os.path.normpath(root)), rule
    return Path(os.path.normpath(rules[0][0])), rules[0][1]


def trainer_root(settings: Settings) -> Path | None:
    """Where a relative `path` leads Ultralytics from where it is started, if no split is there; None if all is well.

    `check_det_dataset` (data/utils.py of 8.4.190): the working directory's if it exists, else that of its datasets folder.
    """
    written = settings.values.get("path")
    absolute = os.path.isabs(os.path.expanduser(written or ""))  # noqa: PTH111, PTH117
    if not written or absolute or not settings.started.is_dir():  # that of another machine tells nothing
        return None
    places = [settings.started / written, *(folder / written for folder in _datasets_dirs())]
    root = next((place for place in places if place.exists()), places[-1]).absolute()
    entries = [settings.values.get(key) for key in SPLIT_KEYS]
    parts = [part for entry in entries if entry for part in (entry if isinstance(entry, list) else [entry])]
    here = any((root / part).exists() or (root / part.removeprefix("../")).exists() for part in parts)
    there = any((settings.root / part).exists() for part in parts)
    return Path(os.path.normpath(root)) if there and not here else None


def _datasets_dirs() -> list[Path]:
    """The folder that Ultralytics' settings name for datasets, if it was ever run here."""
    if given := os.environ.get("YOLO_CONFIG_DIR"):
        folder = Path(given).expanduser()
    elif sys.platform == "win32":
        folder = Path.home() / "AppData" / "Roaming"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config"))
    try:
        values = json.loads((folder / "Ultralytics" / "settings.json").read_text(encoding="utf-8"))
        return [Path(values["datasets_dir"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []
