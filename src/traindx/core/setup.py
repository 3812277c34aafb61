"""The setup as a fact: what was asked for, by the command and its settings, and on which machine."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traindx.core.cause import Framework


@dataclass(frozen=True)
class Setup:
    """`settings` are the command's own, as written (`lr0`, `--lr`, ...); `datasets` absolute paths of data.yaml files in it.

    `script` is the Python file that the command runs, `ignored` its options that it never reads or overwrites, with their lines;
    `resumes`: it reads the epoch or step that something saved (`checkpoint["epoch"]`).
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
