"""The settings that were written for a trainer that takes them by name: Ultralytics and YOLOv5, from every place they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml

from traindx.core.script import Script
from traindx.core.setup import Asked

Trainer = Literal["", "ultralytics", "yolov5"]
_WORDS = ("detect", "segment", "classify", "pose", "obb", "train")
_YOLOV5 = {"img": "imgsz", "img-size": "imgsz", "batch-size": "batch", "weights": "model"}
"""Options of YOLOv5's train.py that have another name than the setting."""


def asked_of(
    command: Sequence[str], settings: Mapping[str, Any], text: Script, home: Path
) -> tuple[Trainer, dict[str, Asked]]:
    """Which trainer it is, and what was asked of it. Later ones win, as there: files, then the command or the call."""
    words = [Path(word).name for word in command]
    if words and words[0] == "yolo" and "train" in command:
        bare = {word: "true" for word in command[1:] if re.fullmatch(r"[a-z_]+", word) and word not in _WORDS}
        given = {**bare, **settings}
        asked = {**_of_file(str(given.get("cfg", "")), home), **{k: Asked(_plain(v)) for k, v in given.items()}}
        return "ultralytics", {name: value for name, value in asked.items() if name != "cfg"}
    if "--hyp" in text.words or "hyp" in settings:
        return "yolov5", dict(_of_yolov5(settings, text, home))
    calls = [c for c in text.called("train") if {"data", "epochs", "imgsz", "cfg", "resume"} & c.texts.keys()]
    if len(calls) == 1 and any(text.called("YOLO", "RTDETR")):
        call = calls[0]
        at = call.lines
        values = {name: Asked(value, text.path, at[name]) for name, value in call.arguments.items() if name != "cfg"}
        unread = {name: Asked(None, text.path, at[name]) for name in call.texts if name not in values}
        made = [c for c in text.called("YOLO", "RTDETR") if c.target == call.owner or f".{call.name}" in c.text("")]
        models = [value for c in made if isinstance(value := c.get("model", 0), str)]
        model = {"model": Asked(models[0], text.path, made[0].line)} if len(models) == 1 else {}
        names = {name: value for name, value in (unread | values).items() if not name.isdigit() and name != "**"}
        return "ultralytics", {**_of_file(str(call.get("cfg", default="")), home), **model, **names}
    return "", {}


def _of_yolov5(settings: Mapping[str, Any], text: Script, home: Path) -> Iterator[tuple[str, Asked]]:
    """The rates and gains of the `--hyp` file, and the options."""
    hyp = str(settings.get("hyp") or "")
    beside = (home / text.path).parent / "data" / "hyps"
    named = next((p for p in (home / hyp, beside / hyp) if hyp and p.is_file()), None)
    yield from _of_file(str(named) if named is not None else "", home).items()
    for name, value in settings.items():
        plain = _YOLOV5.get(name, name.replace("-", "_"))
        yield plain, Asked(_plain(value))


def _of_file(name: str, home: Path) -> dict[str, Asked]:
    """The keys of a yaml file with their lines; empty where it cannot be read."""
    path = home / name
    if not name.endswith((".yaml", ".yml")) or not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        held = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    shown = path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)
    lines = {m[1]: n for n, line in enumerate(text.splitlines(), 1) if (m := re.match(r"([\w-]+)\s*:", line))}
    pairs = held.items() if isinstance(held, dict) else ()
    return {str(key): Asked(_plain(value), shown, lines.get(str(key))) for key, value in pairs}


def _plain(value: Any) -> Any:
    """A word of the command line as Ultralytics understands it; yaml reads `1e-3` as text, and a trainer as a number."""
    if not isinstance(value, str):
        return value
    try:
        return float(value) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+", value) else yaml.safe_load(value)
    except yaml.YAMLError:
        return value
