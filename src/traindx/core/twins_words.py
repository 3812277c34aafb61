"""What the twins of a batch showed, a line each, for the report's overview: numbers, and what they decide or leave open."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.finding import Evidence, Table
from traindx.core.twin_plan import EXCHANGED, SCALES
from traindx.core.twins import (
    MOST,
    Gap,
    Pairing,
    Twins,
    apart,
    differs,
    fits,
    gap,
    hidden,
    pairing,
    precisions,
    repeats,
    unsettled,
    unused,
)

COLUMNS = ("what was tried", "what it showed", "what that means")
"""As of all that is tried: the terminal shows such a table in full."""
Row = tuple[str, str, str]

NEARER = 1.5
"""How many times less the distance from what batch norms know must be to tell anything. A guess."""

NAMES = {
    "undone": "ImageNet's normalisation undone",
    "applied": "ImageNet's normalisation applied once more",
    "times_255": "times 255",
    "by_255": "divided by 255",
    "swapped": "channels exchanged",
    "exchanged": "channels exchanged",
}
"""Changes of the pictures, in words."""


def twins_overview(twins: Twins) -> tuple[Evidence, ...]:
    """A table with a line for each twin."""
    when = f"before training and after {twins.steps} steps"
    if twins.weights:
        when = f"with the weights of {twins.weights}"
    at = f" at {twins.size} pixels" if twins.size else ""
    title = f"Twins of {twins.batches} held back batches of {twins.samples}{at}, {when}"
    return (Table(title, COLUMNS, tuple(_rows(twins))),)


def _rows(twins: Twins) -> Iterator[Row]:
    yield _repeated(twins)
    yield from _precise(twins)
    yield _processed(twins)
    yield from _fitting(twins)
    yield _zeroed(twins)
    found = pairing(twins)
    yield _paired(twins, found)
    if twins.plain is not None:
        yield _unaugmented(twins.plain)
    if twins.augmented is not None:
        yield _augmented(twins.augmented, found)
    yield from _moded(twins)
    yield _dropped(twins)
    yield _averaged(twins)


def _repeated(twins: Twins) -> Row:
    again, base = repeats(twins, "first"), twins.one("base", "first")
    if base is None or not math.isfinite(again):
        return "done again", "", "not tried"
    words = "the same bit for bit" if again == 0 else "the noise of the machine, below which nothing is decided"
    return "done again", f"{base.loss:.4g}, {again:.2g} apart", words


def _precise(twins: Twins) -> Iterator[Row]:
    found = list(precisions(twins))
    if not found:
        why = "no step is under autocast" if not twins.half else "its region encloses all steps"
        yield "in full precision", "", f"not tried: {why}"
    for half, under, full in found:
        shown = f"{under.loss:.4g} and {full.loss:.4g}"
        name = "in full precision" if half == twins.half else f"in {half}"
        if not (math.isfinite(under.loss) and math.isfinite(full.loss)):
            yield name, shown, "amp-overflow where only one of them is finite"
            continue
        away = apart(under.loss, full.loss)
        back = f", gradients {under.apart:.1%}" if half != twins.half and math.isfinite(under.apart) else ""
        words = "amp-overflow ruled out" if away < 0.1 else "too much"
        yield name, shown, f"{words}: {away:.2%}{back} from {'full precision' if back else half}"


def _processed(twins: Twins) -> Row:
    found, base, twin = differs(twins, "processor"), twins.one("base", "first"), twins.one("processor", "first")
    if found is None or base is None or twin is None:
        alone = "there is no other device here than the processor"
        return "on the processor", "", f"not tried: {alone if twins.size else f'the training runs on {twins.device}'}"
    words = "device-numerics ruled out" if found[0] < 0.01 else "device-numerics"
    return "on the processor", f"{base.loss:.4g} and {twin.loss:.4g}", f"{words}: {found[0]:.2%} from {twins.device}"


def _fitting(twins: Twins) -> Iterator[Row]:
    far = fits(twins)
    if "fit" not in far:
        why = "no trained batch norm knows its pictures" if not twins.trained_norms else "not tried"
        yield "prepared otherwise", "", f"not tried: {why}"
        return
    for name, kinds, slug in (
        ("channels exchanged", EXCHANGED, "channels-swapped"),
        ("normalised otherwise", SCALES, "wrong-normalization"),
    ):
        known = {k: far[k] for k in kinds if k in far}
        if known:
            best = min(known, key=lambda k: known[k])
            words = f"{slug} ruled out" if known[best] > far["fit"] * NEARER else "not decided: as near either way"
            if known[best] * NEARER < far["fit"]:
                words = f"{slug}: {NAMES[best]} fits better"
                words = f"{words}, so these weights were trained" if twins.size else words
            yield name, f"{far['fit']:.3g} and {known[best]:.3g} from what its batch norms know", words


def _zeroed(twins: Twins) -> Row:
    base, twin = twins.one("base", "later"), twins.one("zeroed", "later")
    moment = unused(twins)
    if base is None or twin is None:
        base, twin = twins.one("base", "first"), twins.one("zeroed", "first")
    if base is None or twin is None:
        return "zeros as pictures", "", "not tried"
    words = "nothing of the pictures arrives at the loss" if moment else "the pictures arrive at the loss"
    if not (math.isfinite(base.loss) and math.isfinite(twin.loss)):
        words = "not decided: not finite"
    return "zeros as pictures", f"{base.loss:.4g} and {twin.loss:.4g}", words


def _paired(twins: Twins, found: Pairing | None) -> Row:
    name = "one another's labels"
    if found is None:
        return name, "", "not decided: one sample a batch, all labels alike, or not reached"
    shown = f"{found.own:.4g} and {found.others:.4g}"
    if twins.weights:
        words = "these weights know the labels of these pictures: shuffled-labels, class order ruled out"
        other = "these weights know nothing of these labels: other classes, another order, or trained on something else"
        return name, shown, f"{words if found.belongs else other}, {found.z:.1f} standard errors"
    if found.belongs and twins.held_out:
        return (
            name,
            shown,
            f"labels belong to their pictures, {found.z:.1f} standard errors: shuffled-labels, broken-graph ruled out",
        )
    if found.belongs:
        return name, shown, "not decided: trained on, these samples may be known by heart"
    return name, shown, f"not decided: {twins.steps} steps taught nothing that holds for other samples"


def _unaugmented(plain: Twins) -> Row:
    name, found = "without augmentation", pairing(plain)
    if found is None:
        return name, "", "not decided"
    words = "it learns: augmentation-too-strong" if found.belongs else "not learned either: augmentation is not why"
    return name, f"{found.own:.4g} and {found.others:.4g}", words


def _augmented(augmented: Twins, without: Pairing | None) -> Row:
    name, found = "with the augmentation", pairing(augmented)
    if found is None or without is None:
        return name, "", "not decided"
    words = "labels are learned: augmentation-too-strong ruled out" if found.belongs else "not learned"
    if not found.belongs:
        words += ", and without it they are: augmentation-too-strong" if without.belongs else " either way"
    return name, f"{found.own:.4g} and {found.others:.4g}", words


def _moded(twins: Twins) -> Iterator[Row]:
    running, fresh = gap(twins, "running"), gap(twins, "refreshed")
    if running is None or fresh is None:
        why = "no batch norm uses a batch's statistics" if not twins.norms else "not reached"
        yield "norms as in evaluation", "", f"not tried: {why}"
        return
    yield "norms as in evaluation", *_of_gap(running, _lagging(twins, running, fresh))
    words = (
        "batchnorm-small-batch ruled out" if not (running.loses and fresh.loses) else "samples need those beside them"
    )
    yield "norms of all held back", *_of_gap(fresh, words)


def _lagging(twins: Twins, running: Gap, fresh: Gap) -> str:
    if not running.loses:
        return "batchnorm-stats-stale ruled out"
    if twins.weights:
        return "batchnorm-stats-stale: the file's statistics are not those of these pictures"
    if fresh.loses:
        return "see below"
    left = unsettled(twins, max(twins.steps, twins.planned))
    if left > 0.05:
        return f"momentum {twins.momentum:g} leaves {left:.0%} of new statistics after all steps"
    return "statistics lag behind weights that move fast; more steps or a lower rate would tell"


def _dropped(twins: Twins) -> Row:
    found = hidden(twins)
    if found is None:
        return "without dropout", "", "not tried: nothing is dropped" if not twins.drops else "not reached"
    shown = f"{found.base:.4g} and {found.bare:.4g}"
    if not found.learned:
        return "without dropout", shown, f"not decided: little was learned so far (from {found.bare_start:.4g})"
    words = "dropout-too-high ruled out" if found.shows >= 0.2 else "dropout-too-high"
    return "without dropout", shown, f"{words}: {max(found.shows, 0):.0%} of what was learned shows with it"


def _averaged(twins: Twins) -> Row:
    found = gap(twins, "average")
    if found is None:
        return "averaged weights (EMA)", "", "not tried: there is no average beside the weights"
    return "averaged weights (EMA)", *_of_gap(found, "as good" if not found.loses else "they lag behind: ema-lag")


def _of_gap(found: Gap, words: str) -> tuple[str, str]:
    shown = f"{found.base:.4g} and {found.changed:.4g}"
    if significant(found):
        return shown, words
    return shown, f"not decided: little was learned so far (from {found.nothing:.4g})"


def significant(found: Gap, least: float = 0.1) -> bool:
    """Whether enough was learned, with or without the change, to be lost: a tenth of the loss, in most batches. A guess."""
    best = min(found.base, found.changed) if math.isfinite(found.changed) else found.base
    return found.nothing - best > least * abs(found.nothing) and found.gained >= MOST
