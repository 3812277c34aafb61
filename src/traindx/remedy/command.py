"""Settings of the command itself: `lr0=5`, `--lr 5`, `--lr=5` set to another value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from traindx.core.report import Diagnosis
from traindx.remedy.kinds.numbers_set import USUAL
from traindx.remedy.rate import factor_of

NUMBER = re.compile(r"^\d*\.?\d+(?:[eE][+-]?\d+)?$")
RATES = ("lr0", "lr", "learning_rate", "base_lr", "max_lr")
OTHERS = {
    "momentum-too-high": ("momentum",),
    "weight-decay-too-high": ("weight_decay", "wd"),
    "dropout-too-high": ("dropout", "drop"),
    "clip-too-tight": ("clip", "clip_grad", "max_grad_norm", "grad_clip"),
}


def changed_command(command: Sequence[str], diagnoses: Sequence[Diagnosis]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The command with the settings that the diagnoses are about set right, and the causes for which it was changed."""
    words, causes = list(command), []
    for diagnosis in diagnoses:
        factor, usual = factor_of(diagnosis), USUAL.get(diagnosis.cause)
        before, names = list(words), RATES if factor is not None else OTHERS.get(diagnosis.cause, ())
        for i, value in _numbers(words, names):
            if factor is not None:
                words[i] = words[i].replace(value, f"{float(value) * factor:.2g}")
            elif usual is not None and not usual.low <= float(value) <= usual.high:
                words[i] = words[i].replace(value, usual.value)
        if words != before:
            causes.append(diagnosis.cause)
    return tuple(words), tuple(causes)


def _numbers(words: Sequence[str], names: Sequence[str]) -> list[tuple[int, str]]:
    """Where a number for one of the options stands, and its text."""
    found = []
    for i, word in enumerate(words):
        pair = re.match(r"^(?:--?)?([A-Za-z][\w-]*)=(.+)$", word)
        after = words[i + 1] if i + 1 < len(words) else ""
        if pair is not None and pair[1].replace("-", "_") in names and NUMBER.match(pair[2]):
            found.append((i, pair[2]))
        elif word.startswith("-") and word.lstrip("-").replace("-", "_") in names and NUMBER.match(after):
            found.append((i + 1, after))
    return found
