"""The setup as a fact: what was asked for, by the command and its settings, and on which machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traindx.core.cause import Framework


@dataclass(frozen=True)
class Setup:
    """`settings` are the command's own, as written (`lr0`, `--lr`, ...); `datasets` absolute paths of data.yaml files in it.

    `script` is the Python file that the command runs, `ignored` its options that it never reads or overwrites, with their lines.
    """

    command: tuple[str, ...]
    cwd: str
    framework: Framework
    settings: Mapping[str, Any] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    script: str = ""
    ignored: Mapping[str, int] = field(default_factory=dict)
