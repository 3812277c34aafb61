"""The setup as a fact: what was asked for, by the command and its settings, and on which machine."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from traindx.core.cause import Framework
from traindx.core.configured import Asked, Configured
from traindx.core.finding import Place
from traindx.core.library import Library
from traindx.core.script import Script

__all__ = ["Asked", "Setup"]


@dataclass(frozen=True)
class Setup:
    """`settings` are the command's own, as written (`lr0`, `--lr`, ...); `datasets` absolute paths of data.yaml files in it.

    `script` is the Python file that the command runs, `ignored` its options that it never reads or overwrites, with their lines;
    `resumes`: it reads the epoch or step that something saved (`checkpoint["epoch"]`). `trainer` is the one that takes settings
    by name, `asked` those that were written for it, `library` its own defaults; `text` is what the script's text tells, and
    `keywords` the parameters of functions of installed libraries that it calls;
    `configured` is what files of settings hold, whose calls stand in `text` as well.
    """

    command: tuple[str, ...]
    cwd: str
    framework: Framework
    settings: Mapping[str, Any] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def again(self) -> str:
        """The command that would train this once more, as far as the settings tell."""
        if self.command:
            return shlex.join(self.command)
        held = {name: str(self.settings[name]) for name in ("model", "weights", "data") if self.settings.get(name)}
        if self.framework == "ultralytics" and {"model", "data"} <= held.keys():
            task = str(self.settings.get("task", "detect"))
            return shlex.join(["yolo", task, "train", f"model={held['model']}", f"data={held['data']}"])
        if self.framework == "ultralytics" and {"weights", "data"} <= held.keys():
            return shlex.join(["python", "train.py", "--weights", held["weights"], "--data", held["data"]])
        return "python train.py"

    script: str = ""
    ignored: Mapping[str, int] = field(default_factory=dict)
    resumes: bool = False
    trainer: Literal["", "ultralytics", "yolov5"] = ""
    asked: Mapping[str, Asked] = field(default_factory=dict)
    library: Library = Library()
    text: Script = Script()
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    configured: Configured = Configured()

    def value(self, name: str) -> Any:
        """What a setting of the trainer is: as asked for, else the default of the installed library, None if not known."""
        return self.asked[name].value if name in self.asked else self.library.defaults.get(name)

    def number(self, name: str) -> float | None:
        """The same as a number, None where it is none."""
        value = self.value(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def place(self, name: str) -> Place:
        """Where a setting is written."""
        asked = self.asked.get(name)
        return Place(path=asked.path, line=asked.line, setting=name) if asked else Place(setting=name)
