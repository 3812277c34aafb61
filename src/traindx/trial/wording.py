"""Says in one line what the arms of a trial did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from traindx.core.recording import Recording
from traindx.core.report import Arm
from traindx.trial.learning import collapsed, curve
from traindx.trial.question import Answer
from traindx.trial.rules import Kind

LEVEL = 0.02
"""A loss that moved by less than this share of its start stayed where it began."""


def sentence(answer: Answer, notes: Sequence[str] = ()) -> str:
    """What the undone arms did, what the unchanged ones did, why that decides nothing or speaks against, and `notes`."""
    parts = []
    treatment = answer.question.because
    undone, control = _group(answer, "undone"), _group(answer, "control")
    if undone:
        parts.append(f"with {treatment} {undone}; unchanged {control}")
    elif control:
        parts.append(f"unchanged {control}")
    if undone and answer.ruling is not None and answer.ruling.verdict == "confirmed":
        parts += _symptoms(answer)
    if answer.ruling is not None and answer.ruling.why:
        parts.append(answer.ruling.why)
    return ". ".join(part[0].upper() + part[1:] if i else part for i, part in enumerate([*parts, *notes]))


def _symptoms(answer: Answer) -> list[str]:
    """In how many arms the checks saw the symptom, and whether the losses compare at all."""
    seen = {kind: [a.symptom for a in answer.arms if a.name == kind] for kind in ("control", "undone")}
    counts = {kind: f"{sum(s)} of {len(s)}" for kind, s in seen.items()}
    codes = ", ".join(sorted(answer.seen("control")))
    if not codes:
        return []
    words = [f"{codes} failed in {counts['control']} unchanged runs and in {counts['undone']} undone ones"]
    if answer.question.repairs:
        words.append("the two losses do not compare, because the targets changed")
    return words


def _group(answer: Answer, kind: Kind) -> str:
    """What the arms of one kind did: `the loss fell by 71 % (2 of 2 seeds)`."""
    pairs = [(arm, done.run.recording) for arm, done in zip(answer.arms, answer.done, strict=True) if arm.name == kind]
    if not pairs:
        return ""
    fates: dict[str, list[tuple[Arm, Recording | None]]] = {}
    for arm, recording in pairs:
        fates.setdefault(_fate(arm, recording), []).append((arm, recording))
    words = [f"{_describe(fate, group)} ({len(group)} of {len(pairs)}{_seeds(kind)})" for fate, group in fates.items()]
    return " and ".join(words)


def _seeds(kind: Kind) -> str:
    return " seeds" if kind == "undone" else ""


def _fate(arm: Arm, recording: Recording | None) -> str:
    """One word for how an arm went."""
    if arm.failed or recording is None:
        return "stopped"
    if recording.ending == "raised":
        return "raised"
    if arm.learned is None:
        return "blind"
    if first_not_finite(recording, arm.steps) is not None and arm.learned == -1.0:
        return "nonfinite"
    if collapsed(recording):
        return "collapsed"
    return "level" if abs(arm.learned) < LEVEL else "fell" if arm.learned > 0 else "rose"


def _describe(fate: str, group: Sequence[tuple[Arm, Recording | None]]) -> str:
    share = float(np.mean([abs(arm.learned or 0.0) for arm, _ in group]))
    arm, recording = group[0]
    if fate == "raised" and recording is not None:
        errors = recording.of("exception")
        name = str(errors[-1].data.get("type", "an exception")) if errors else "an exception"
        return f"it raised {name} at step {arm.steps}"
    if fate == "nonfinite" and recording is not None:
        step = first_not_finite(recording, arm.steps)
        values = [e.data.get("value") for e in recording.of("nonfinite") if e.step == step]
        return f"the loss became {values[0] if values else 'nan or infinite'} at step {step}"
    return {
        "stopped": f"the run {arm.failed}",
        "blind": "no loss was seen",
        "collapsed": "the loss collapsed to nothing",
        "level": "the loss stayed where it began",
        "fell": f"the loss fell by {share:.0%}",
        "rose": f"the loss rose by {share:.0%}" if share < 1 else "the loss at least doubled",
    }[fate]


def first_not_finite(recording: Recording, steps: int) -> int | None:
    """The step of the first loss that is not finite, None if all of the first `steps` steps are."""
    at, loss = curve(recording)
    rows = np.flatnonzero(~np.isfinite(loss) & (at < steps))
    return int(at[rows[0]]) if len(rows) else None
