"""The training's own step done again with one thing changed, before it learns and after some steps: an arm, or two."""

from __future__ import annotations

import math

import numpy as np

from traindx.core.batch_size import samples_of_step
from traindx.core.data_treatments import no_augmentation
from traindx.core.recording import Recording
from traindx.core.treatment import in_process
from traindx.core.twins import Twins, pairing, unused
from traindx.core.twins_read import twins_from
from traindx.errors import TraindxError
from traindx.trial.arms import Done
from traindx.trial.evidence import last_line
from traindx.trial.grounds import Grounds

STEPS = 100
"""Steps of training between the first twins and the later ones: enough for most networks to learn something. A guess."""

SAMPLES = 1600
"""Samples that are trained on at the least, so that small batches make more steps. A guess."""

FEWEST, SECONDS = 20, 20.0
"""Fewer steps where so many take longer than this."""

LONG = 10_000
"""Steps of a training whose length is not known: what takes longer to settle than that is too slow for most. A guess."""

CUT = "cut"
"""How a recording ends that was cut by traindx itself."""


def twins_of(grounds: Grounds) -> Twins:
    """The twins; with a second run without random transforms where nothing was learned with them.

    Raises `TraindxError` where no twin could be made.
    """
    steps = steps_between(grounds.recording)
    planned = LONG if grounds.recording.ending == CUT else _length(grounds.recording)
    found = tried(grounds, steps, planned)
    if steps > FEWEST and not found.of("start", "later"):  # a loop that counts its batches ends before the last of them
        found = tried(grounds, FEWEST, planned)
    told = pairing(found)
    if told is None or told.belongs:
        return found
    plain = tried(grounds, steps, planned, plain=True)
    if plain.twins and _pictures(plain) != _pictures(found):
        return Twins(**{**vars(found), "plain": plain})
    return found


def open_still(twins: Twins) -> bool:
    """Whether a few samples learned by heart would tell more: no twin has shown that the training learns, or why it cannot."""
    base, told = twins.one("base", "first"), pairing(twins)
    broke = base is not None and not math.isfinite(base.loss)
    return not broke and not unused(twins) and not (told is not None and told.belongs and twins.held_out)


def steps_between(recording: Recording) -> int:
    """How many steps to train between the twins: as many as the run has, and as the time allows."""
    samples = samples_of_step(recording) or SAMPLES
    wanted = max(STEPS, round(SAMPLES / samples))
    return max(1, min(wanted, steps_in(recording, SECONDS), _length(recording) - 2))


def steps_in(recording: Recording, seconds: float) -> int:
    """How many steps take so long, and at least `FEWEST`."""
    known = recording.seconds[np.isfinite(recording.seconds)]
    each = float(np.median(known)) if len(known) else 0.0
    return max(FEWEST, int(min(seconds / each, 1e6))) if each > 0 else STEPS


def tried(grounds: Grounds, steps: int, planned: int, *, plain: bool = False) -> Twins:
    """One arm: the twins at the beginning and after `steps` steps, `plain` without random transforms. Raises `TraindxError`."""
    treatment = in_process("twins", f"twins after {steps} steps", steps=float(steps))
    more = (no_augmentation(),) if plain else ()
    name = "twins without augmentation" if plain else "twins"
    done = grounds.arm(name, grounds.seeds[0], steps + 5, treatment, *more, compiled=False)
    recording = done.run.recording
    events = [] if recording is None else [(e.event, e.data) for e in recording.events]
    found = twins_from(events, planned)
    lost = recording is not None and recording.of("treatment_failed")
    if (lost or not found.twins) and not plain:
        raise TraindxError(f"no twin could be made: {_why(done)}", last_line(done.folder / "output.txt"), "")
    return found


def _why(done: Done) -> str:
    """Why there is nothing, in words."""
    if done.run.failed:
        return done.run.failed
    return "no batch came from a torch DataLoader" if done.run.recording is not None else "it ended early"


def _pictures(twins: Twins) -> float | None:
    """What tells the first batch of one run from that of another: its loss before any training."""
    base = twins.one("base", "first")
    return None if base is None else base.loss


def _length(recording: Recording) -> int:
    return int(recording.step[-1]) + 1 if len(recording.step) else 1
