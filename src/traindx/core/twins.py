"""Twins of a batch: the losses of the same step with one thing changed, and what they say. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

SURE = 4.0
"""Standard errors by which two kinds of twins must lie apart. With few orders of a batch chance does so in 1 of 100 cases."""

LEAST = 0.02
"""The share of the loss by which they must lie apart at the least. A guess."""


HALVES = ("bfloat16", "float16")
"""Half types that are tried where the training uses none."""

HALF, NEARLY_ALL, MOST = 0.5, 0.85, 0.75
"""The share of what was learned that counts as lost, and of the batches that must agree; guesses. With two batches it is both,
with eight of two samples chance alone has seven agree in 1 of 14 cases, and loses half in few of these."""


@dataclass(frozen=True)
class Twin:
    """One trial: `kind` and `moment` as in `twin_plan.Trial`; the loss is nan where it is not finite or was not told.

    `apart` is how far all gradients lie from those of the batch as it is, relative to these, `most` where they do most.
    `far` is how far the batch lies from the running statistics of the batch norms.
    """

    kind: str
    moment: str
    batch: int
    loss: float
    gradient: float = math.nan
    apart: float = math.nan
    most: str = ""
    far: float = math.nan


@dataclass(frozen=True)
class Twins:
    """All twins of a run, before it learned and after `steps` steps on other samples than those of its `batches`.

    `held_out` tells whether that is so; of `weights` from a file, tried without a step, nobody knows. `losses` are those of
    the steps. `plain` are the twins of a second run without the random transforms, where one was needed; `planned` is how
    many steps the run itself makes, as far as is known; `size` is the pictures' side of a network tried without a program.
    """

    twins: tuple[Twin, ...]
    steps: int = 0
    batches: int = 0
    samples: int = 0
    held_out: bool = False
    half: str = ""
    device: str = "cpu"
    norms: int = 0
    trained_norms: bool = False
    momentum: float = math.nan
    drops: int = 0
    losses: tuple[float, ...] = ()
    planned: int = 0
    size: int = 0
    weights: str = ""
    plain: Twins | None = None
    augmented: Twins | None = None

    def of(self, kind: str, moment: str) -> dict[int, list[Twin]]:
        """The twins of a kind by batch."""
        found: dict[int, list[Twin]] = {}
        for twin in self.twins:
            if twin.kind == kind and twin.moment == moment:
                found.setdefault(twin.batch, []).append(twin)
        return found

    def one(self, kind: str, moment: str) -> Twin | None:
        """The twin of the first batch."""
        return next(iter(self.of(kind, moment).get(0, ())), None)


@dataclass(frozen=True)
class Pairing:
    """The loss of the held back samples with their own labels, and with one another's; `z` is how many standard errors less."""

    own: float
    others: float
    z: float

    @property
    def belongs(self) -> bool:
        """Whether the labels say something about the pictures, and the training has learned some of it."""
        return self.z > SURE and self.others - self.own > LEAST * abs(self.others)


@dataclass(frozen=True)
class Gap:
    """Losses on the same batches: as in training, with nothing learned, and with something changed.

    With nothing learned the loss is that of the weights that the training began with; where the network is so sure of itself that
    it has not fallen below that, though it tells labels apart, it is that of one another's labels.
    """

    base: float
    nothing: float
    changed: float
    gained: float = 1.0
    agree: float = 1.0

    @property
    def learned(self) -> float:
        """What the training has gained so far."""
        return self.nothing - self.base

    @property
    def lost(self) -> float:
        """The share of it that the change takes away: 0 nothing, 1 all; negative where the change gains more."""
        return (self.changed - self.base) / self.learned if self.learned > 0 else math.nan

    @property
    def loses(self) -> bool:
        """Whether half of what was learned is lost, or more, and nearly each batch says so. Guesses."""
        return (self.lost >= HALF or not math.isfinite(self.changed)) and self.agree >= NEARLY_ALL


@dataclass(frozen=True)
class Hidden:
    """Losses on the same batches with dropout and without, of the first weights and of those now; `gained` is the share of the
    batches whose loss without dropout has fallen."""

    start: float
    base: float
    bare_start: float
    bare: float
    gained: float

    @property
    def learned(self) -> bool:
        """Whether the weights have learned something, a tenth of the loss without dropout, in most batches. A guess."""
        return self.bare_start - self.bare > 0.1 * abs(self.bare_start) and self.gained >= MOST

    @property
    def shows(self) -> float:
        """The share of it that shows with dropout."""
        return (self.start - self.base) / (self.bare_start - self.bare)


def pairing(twins: Twins) -> Pairing | None:
    """Own labels against one another's. None where that tells nothing: one sample a batch, or labels that are all alike.

    Where labels are not the pictures' own, the order that they came in is one of many: its loss lies among those of the others,
    whose spread on the same batch is the noise. The batches' differences are added up.
    """
    own, others = twins.of("base", "later"), twins.of("shuffled", "later")
    gaps, noise, bases, means = [], [], [], []
    for batch, found in others.items():
        losses = [t.loss for t in found]
        if batch not in own or len(losses) < 2 or not all(map(math.isfinite, (*losses, own[batch][0].loss))):
            continue
        spread = variance(losses)
        gaps.append(fmean(losses) - own[batch][0].loss)
        noise.append(spread * (1 + 1 / len(losses)))
        bases.append(own[batch][0].loss)
        means.append(fmean(losses))
    if len(others) > 1 and not gaps:
        return _over_batches(own, others)
    total = math.sqrt(sum(noise))
    if not gaps or total <= 1e-6 * abs(sum(bases)):
        return None
    return Pairing(fmean(bases), fmean(means), sum(gaps) / total)


def _over_batches(own: Mapping[int, Sequence[Twin]], others: Mapping[int, Sequence[Twin]]) -> Pairing | None:
    """With one order of each batch the spread of the differences between batches is the noise."""
    pairs = [(own[b][0].loss, t[0].loss) for b, t in others.items() if own.get(b)]
    gaps = [b - a for a, b in pairs]
    if len(gaps) < 3 or not all(map(math.isfinite, gaps)):
        return None
    error = math.sqrt(variance(gaps) / len(gaps))
    if error <= 1e-6 * abs(fmean(a for a, _ in pairs)):
        return None
    return Pairing(fmean(a for a, _ in pairs), fmean(b for _, b in pairs), fmean(gaps) / error)


def gap(twins: Twins, kind: str, least: float = 0.1) -> Gap | None:
    """What a change after the training's steps does to the loss of the held back samples; None where it was not tried.

    `least` is the share of the first loss by which it must have fallen to count as learned (a guess).
    """
    own = [twins.of(k, "later") for k in ("base", "start", kind)]
    batches = sorted(b for b in own[2] if b in own[0] and b in own[1])
    rows = [tuple(losses[b][0].loss for losses in own) for b in batches]
    if not rows or not all(math.isfinite(base) and math.isfinite(start) for base, start, _ in rows):
        return None
    base, start, changed = (fmean(column) for column in zip(*rows, strict=True))
    up = fmean(not c <= b for b, _, c in rows)  # what is not finite is worse
    gained, agree = fmean(_least(b, c) < s for b, s, c in rows), max(up, 1 - up)
    told = pairing(twins)
    if start - _least(base, changed) <= least * abs(start) and told is not None and told.belongs:
        return Gap(base, told.others, changed, 1.0, agree)
    return Gap(base, start, changed, gained, agree)


def hidden(twins: Twins) -> Hidden | None:
    """What dropout hides of what was learned; None where nothing is dropped, or a loss is not finite."""
    own = [twins.of(k, "later") for k in ("start", "base", "start_no_dropout", "no_dropout")]
    batches = [b for b in own[3] if all(b in losses for losses in own)]
    rows = [tuple(losses[b][0].loss for losses in own) for b in batches]
    if not rows or not all(math.isfinite(x) for row in rows for x in row):
        return None
    start, base, bare_start, bare = (fmean(column) for column in zip(*rows, strict=True))
    return Hidden(start, base, bare_start, bare, fmean(row[3] < row[2] for row in rows))


def _least(base: float, changed: float) -> float:
    return min(base, changed) if math.isfinite(changed) else base


def repeats(twins: Twins, moment: str) -> float:
    """How far the loss of the very same step differs the second time; nan where it was not tried."""
    base, again = twins.one("base", moment), twins.one("repeat", moment)
    return abs(base.loss - again.loss) if base is not None and again is not None else math.nan


def differs(twins: Twins, kind: str, moment: str = "first") -> tuple[float, float] | None:
    """Loss of a twin of the first batch relative to the batch's own, as a share, and the same of its repeat."""
    base, twin = twins.one("base", moment), twins.one(kind, moment)
    if base is None or twin is None or not (math.isfinite(base.loss) and math.isfinite(twin.loss)):
        return None
    again = repeats(twins, moment)
    noise = again / max(abs(base.loss), 1e-12) if math.isfinite(again) else 0.0
    return apart(twin.loss, base.loss), noise


def apart(loss: float, of: float) -> float:
    """How far a loss lies from another, as a share of that."""
    return abs(loss - of) / max(abs(of), 1e-12)


def precisions(twins: Twins) -> Iterator[tuple[str, Twin, Twin]]:
    """The first batch in half precision and in full, by the name of the half type: the training's own, or those that were tried."""
    base, full = twins.one("base", "first"), twins.one("full", "first")
    if base is not None and full is not None:
        yield twins.half, base, full
    for name in HALVES:
        tried = twins.one(name, "first")
        if base is not None and tried is not None:
            yield name, tried, base


def unused(twins: Twins) -> str:
    """The moment at which zeros in place of the pictures change neither loss nor gradients: later, first, or empty."""
    for moment in ("later", "first"):
        base, zeroed, found = twins.one("base", moment), twins.one("zeroed", moment), differs(twins, "zeroed", moment)
        if base is None or zeroed is None or found is None:
            continue
        away = 0.0 if not base.gradient else zeroed.apart
        return moment if found[0] <= 1e-7 + 2 * found[1] and away <= 1e-5 else ""
    return ""


def fits(twins: Twins) -> dict[str, float]:
    """How far the first batches lie from what a trained network's batch norms know, by how the pictures were changed.

    The worst of the batches for `fit`-alikes, so that a change counts as better only where it is for each batch.
    """
    found: dict[str, float] = {}
    for kind in {t.kind for t in twins.twins if math.isfinite(t.far)}:
        found[kind] = max(t.far for group in twins.of(kind, "first").values() for t in group)
    return found


def unsettled(twins: Twins, steps: int) -> float:
    """The share of what they began with that running statistics still hold after so many steps, by their momentum."""
    return (1 - twins.momentum) ** steps if math.isfinite(twins.momentum) and 0 <= twins.momentum <= 1 else math.nan
