"""Which twins of a batch are tried: the same step done again with one thing changed, as far as there is such a thing."""

from __future__ import annotations

from dataclasses import dataclass

ENOUGH = 32
"""Samples that are held back for the twins at the least. A guess."""

MOST_BATCHES = 8
"""Batches that are held back at most."""

ORDERS = 6
"""Orders of the pictures against the labels that are tried at the least."""

SCALES = ("undone", "applied", "times_255", "by_255")
"""Other normalisations of the pictures: ImageNet's undone, applied once more, and the two common scales."""


EXCHANGED = ("swapped", "exchanged")
"""Channels in reverse order: as the network gets them, and as they were before ImageNet's normalisation."""


@dataclass(frozen=True)
class Trial:
    """One step: `kind` is what is changed in it, `moment` is first (before training) or later, `number` tells several apart."""

    kind: str
    moment: str
    batch: int = 0
    number: int = 0


@dataclass(frozen=True)
class Seen:
    """What is known so far of the training whose twins are planned; `norms` counts batch norms that use the batch's statistics;
    `halves` are the half types that are tried though the training uses none."""

    batches: int = 1
    samples: int = 0
    half: str = ""
    device: str = "cpu"
    norms: int = 0
    trained_norms: bool = False
    drops: int = 0
    average: bool = False
    colours: bool = False
    floats: bool = True
    halves: tuple[str, ...] = ()


def wanted_batches(samples: int, epoch: int | None) -> int:
    """How many batches of so many samples are held back of an epoch of `epoch` batches: at most a quarter, one at the least."""
    wanted = max(2, min(MOST_BATCHES, -(-ENOUGH // max(1, samples))))
    return wanted if epoch is None else max(1, min(wanted, epoch // 4))


def planned(moment: str, seen: Seen) -> list[Trial]:
    """The trials of a moment in their order, by what is known of the training so far."""
    return _first(seen) if moment == "first" else _later(seen)


def _first(seen: Seen) -> list[Trial]:
    kinds = ["base", "repeat", "zeroed"]
    kinds += ["full"] if seen.half else list(seen.halves)
    kinds += ["processor"] if seen.device != "cpu" else []
    trials = [Trial(kind, "first") for kind in kinds]
    trials[2:2] = [Trial("base", "first", b) for b in range(1, seen.batches)]
    if seen.trained_norms:
        colours = EXCHANGED if seen.floats else EXCHANGED[:1]
        fits = ["fit", *(colours if seen.colours else ()), *(SCALES if seen.floats else ())]
        trials += [Trial(kind, "first", b) for kind in fits for b in range(min(2, seen.batches))]
    return trials


def _later(seen: Seen) -> list[Trial]:
    trials = [Trial("base", "later", b) for b in range(seen.batches)]
    trials += [Trial("repeat", "later"), Trial("zeroed", "later")]
    each = max(1, -(-ORDERS // seen.batches)) if seen.samples > 1 else 0
    trials += [Trial("shuffled", "later", b, n) for b in range(seen.batches) for n in range(each)]
    kinds = ["start"]
    kinds += ["running", "refreshed"] if seen.norms else []
    kinds += ["no_dropout", "start_no_dropout"] if seen.drops else []
    kinds += ["average"] if seen.average else []
    return trials + [Trial(kind, "later", b) for kind in kinds for b in range(seen.batches)]
