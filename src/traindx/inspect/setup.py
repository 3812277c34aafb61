"""The setup of a run from its command: framework, settings as written, and the dataset it names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from traindx.core.cause import Framework
from traindx.core.configured import Configured
from traindx.core.library import Library
from traindx.core.script import Pace, Script
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.inspect.asked import asked_of
from traindx.inspect.configured.reading import Found, settings_at, settings_of
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
    configured, text = (Configured(), text) if trainer else _with_settings(settings_of(command, text, home), text)
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
        configured=configured,
    )


def setup_at(place: str, cwd: str | Path) -> Setup:
    """What the settings at a file or folder, or a command in words, ask for. Raises `TraindxError` where nothing can be read."""
    words, home = shlex.split(place), Path(cwd)
    if len(words) > 1 and not (home / place).exists():
        return setup_of(words, home)
    found = settings_at(home / place, home)
    if found is None or not found[0].roles:
        seen = f"{place}: no settings of a training" if (home / place).exists() else f"{place}: no such file"
        hint = 'settings=configs/train.yaml, settings=RUN (with .hydra in it), settings="python train.py lr=0.1"'
        raise TraindxError(seen, "yaml, json and OpenMMLab's Python files are read, and folders of Hydra", hint)
    configured, text = _with_settings(found, Script())
    folders = folders_of(("python",))
    known = {call.name for call in text.calls}
    versions = versions_of(folders, LIBRARIES)
    keywords = keywords_of(folders, known) if known else {}
    return Setup((), str(home), "pytorch", versions=versions, text=text, keywords=keywords, configured=configured)


def setup_beside(configured: str | None, settings: Mapping[str, Any], cwd: Path) -> tuple[Setup | None, dict[str, Any]]:
    """What is known of the training to come, and its size and batch: as given, else as the files of settings say."""
    if configured is None:
        known = Setup((), str(cwd), "pytorch", settings=settings) if settings else None
        return known, dict(settings)
    setup = setup_at(configured, cwd)
    size, batch = setup.configured.number("size"), setup.configured.number("batch")
    asked = {
        name: int(value) for name, value in (("imgsz", size), ("batch", batch)) if value is not None and value >= 1
    }
    known_settings = {**asked, **settings}
    return replace(setup, settings={**setup.settings, **known_settings}), known_settings


def _with_settings(found: Found | None, text: Script) -> tuple[Configured, Script]:
    """The script as if it made the calls that its files of settings name; where it makes such calls itself, those count."""
    if found is None:
        return Configured(), text
    configured, calls = found
    own = {call.name for call in text.calls if call.arguments.keys() - {"0", "params", "optimizer"}}
    added = tuple(call for call in calls if call.name not in own)
    paces: tuple[tuple[Pace, str], ...] = (("epoch", "epochs"), ("iteration", "steps"))
    lengths = {pace: length for pace, role in paces if (length := configured.number(role)) is not None and length > 0}
    return configured, replace(text, calls=(*text.calls, *added), lengths=lengths)


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
        elif (
            re.fullmatch(r"-[a-z]", word)
            and i
            and any(w.endswith((".py", ".sh")) for w in words[:i])
            and words[i + 1 :]
        ):
            settings.setdefault(word[1:], words[i + 1])
    return settings


def _framework(command: Sequence[str], script: str) -> Framework:
    imports = "\n".join(line.split("#")[0] for line in script.splitlines() if re.match(r"\s*(from|import)\s", line))
    text = " ".join(Path(word).name for word in command[:3]) + "\n" + imports
    return next((name for pattern, name in _FRAMEWORKS if re.search(pattern, text)), "pytorch")


def _datasets(command: Sequence[str], script: str, home: Path) -> list[str]:
    named = [word.split("=", 1)[-1] for word in command] + re.findall(r"""["']([^"'\n]+\.ya?ml)["']""", script)
    found = dict.fromkeys(str((home / name).resolve()) for name in named if name.endswith((".yaml", ".yml")))
    return [path for path in found if Path(path).is_file() and is_dataset(Path(path))]
