"""The setup of a run from its command: framework, settings as written, and the dataset it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from traindx.core.cause import Framework
from traindx.core.library import Library
from traindx.core.setup import Setup
from traindx.inspect.asked import asked_of
from traindx.inspect.library import YOLOV5, keywords_of, ultralytics
from traindx.inspect.options import ignored_options
from traindx.inspect.packages import folders_of, versions_of
from traindx.inspect.resuming import reads_counter
from traindx.inspect.script import script_of

_FRAMEWORKS: tuple[tuple[str, Framework], ...] = (
    (r"\bultralytics\b|\byolo\b", "ultralytics"),
    (r"\blightning\b|\bpytorch_lightning\b", "lightning"),
    (r"\btransformers\b", "huggingface"),
)

MOST_BYTES = 2**18
"""Bytes of a file of settings that is read: a longer one holds data."""

LIBRARIES = ("torch", "torchvision", "numpy", "ultralytics", "timm", "lightning", "transformers", "opencv-python")


def setup_of(command: Sequence[str], cwd: str | Path) -> Setup:
    """What the command asks for. Reads the user's script and yaml files as text, executes nothing.

    Settings are `key=value` words and `--key value` or `--key=value` pairs. A dataset is a yaml file that has a split
    and class names, named in the command or in the script that it runs.
    """
    home = Path(cwd)
    path = _script(command, home)
    script = path.read_text(encoding="utf-8", errors="replace") if path is not None else ""
    settings = _settings(command)
    shown = "" if path is None else path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)
    text = script_of(script, shown, settings, lambda name: _plain_file(name, home))
    trainer, asked = asked_of(command, settings, text, home)
    folders = folders_of(command)
    model = str(asked["model"].value) if "model" in asked else ""
    known = {call.name for call in text.calls}
    return Setup(
        command=tuple(command),
        cwd=str(home),
        framework=_framework(command, script),
        settings=settings,
        datasets=tuple(_datasets(command, script, home)),
        versions=versions_of(folders, LIBRARIES),
        script=shown,
        ignored=ignored_options(script),
        resumes=reads_counter(script),
        trainer=trainer,
        asked=asked,
        library=ultralytics(folders, model) if trainer == "ultralytics" else YOLOV5 if trainer else Library(),
        text=text,
        keywords=keywords_of(folders, known) if known else {},
    )


def is_dataset(path: Path) -> bool:
    """Whether a yaml file describes a detection dataset: a split and the classes, at the top level."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        return False
    return (
        isinstance(content, dict) and bool({"train", "val"} & content.keys()) and bool({"names", "nc"} & content.keys())
    )


def _plain_file(name: str, home: Path) -> Any:
    """What a yaml or json file holds that the script opens by this name; None if it cannot be read."""
    path = home / name
    if not name.endswith((".yaml", ".yml", ".json")) or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _script(command: Sequence[str], home: Path) -> Path | None:
    return next((home / word for word in command if word.endswith(".py") and (home / word).is_file()), None)


def _settings(command: Sequence[str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    words = list(command)
    for i, word in enumerate(words):
        if match := re.match(r"^(?:--)?([A-Za-z][\w.-]*)=(.*)$", word):
            settings[match[1]] = match[2]
        elif word.startswith("--"):
            following = words[i + 1] if i + 1 < len(words) else ""
            settings[word[2:]] = following if following and not following.startswith("--") else "true"
    return settings


def _framework(command: Sequence[str], script: str) -> Framework:
    imports = "\n".join(line.split("#")[0] for line in script.splitlines() if re.match(r"\s*(from|import)\s", line))
    text = " ".join(Path(word).name for word in command[:3]) + "\n" + imports
    return next((name for pattern, name in _FRAMEWORKS if re.search(pattern, text)), "pytorch")


def _datasets(command: Sequence[str], script: str, home: Path) -> list[str]:
    named = [word.split("=", 1)[-1] for word in command] + re.findall(r"""["']([^"'\n]+\.ya?ml)["']""", script)
    found = dict.fromkeys(str((home / name).resolve()) for name in named if name.endswith((".yaml", ".yml")))
    return [path for path in found if Path(path).is_file() and is_dataset(Path(path))]
