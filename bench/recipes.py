"""The recipes: ordinary training scripts with settings under which they train well when nothing is wrong."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Recipe:
    """A script of `bench/scripts` and its arguments. `immune` are causes that cannot act on it, with the reason."""

    name: str
    script: str
    arguments: tuple[str, ...]
    immune: tuple[tuple[str, str], ...] = ()

    def command(self, seed: int) -> list[str]:
        """The command of one run."""
        return [sys.executable, str(SCRIPTS / self.script), "--seed", str(seed), *self.arguments]


_NO_MODES = (("left-in-eval-mode", "no layer of it behaves differently in evaluation mode"),)
_NO_RELU = (("dead-relu", "it has no ReLU"),)

RECIPES = (
    Recipe("cnn-sgd", "cnn_plain.py", ("--optimizer", "sgd", "--lr", "0.02"), _NO_MODES),
    Recipe("cnn-adamw", "cnn_plain.py", ("--optimizer", "adamw", "--lr", "0.001"), _NO_MODES),
    Recipe("cnn-batchnorm-sgd", "cnn_batchnorm.py", ("--optimizer", "sgd", "--lr", "0.05")),
    Recipe("cnn-batchnorm-adamw", "cnn_batchnorm.py", ("--optimizer", "adamw", "--lr", "0.003")),
    Recipe("resnet18-sgd", "resnet18.py", ("--optimizer", "sgd", "--lr", "0.02")),
    Recipe("resnet18-adamw", "resnet18.py", ("--optimizer", "adamw", "--lr", "0.001")),
    Recipe("vit-adamw", "vit.py", ("--optimizer", "adamw", "--lr", "0.002"), _NO_RELU),
)
