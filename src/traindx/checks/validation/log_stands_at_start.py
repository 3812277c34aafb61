"""V425: from the first epoch to the last nothing was learned."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.curve import curves_of, end_of
from traindx.checks.validation.log_too_short import warming_up
from traindx.checks.validation.standstill import standstill_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording


@check("V425", level="error", preview=True)
def log_stands_at_start(
    history: History, recording: Recording | None = None, *, epochs: int = 10
) -> Iterator[Finding | Measured]:
    """The training loss stays where it was and the metric is as poor as at the start.

    ## Why is this bad?
    The run learned nothing, and further epochs would not change that. The steps are without effect, far too small, or so
    large that the first of them threw the weights away.

    ## How to fix
    `traindx run -- COMMAND` for a few hundred steps sees which it is: whether weights move, gradients arrive, the optimizer
    holds the parameters, outputs are cut off before the loss. Without it, try a tenth and ten times the rate, and let the
    model learn 20 samples by heart.

    The loss must not have fallen by 3 % or by 4 times its noise since its first epoch (its second, if the first was three
    times as high), and a poor metric must not have risen. A loss at ln K, the chance of K classes, with an accuracy that
    fits is enough after 5 epochs. Without a metric nothing else is: finished weights stand still as well. Where a warm-up is
    not over nothing is said, nor of a recording, which knows better. Defaults are guesses.
    """
    if recording is not None or not len(history):
        raise NotEnough("a recording tells more than a log")
    if warming_up(history):
        raise NotEnough("the warm-up is not over")
    still = standstill_of(history, epochs)
    yield Measured(
        "epochs without any progress from the start", 0 if still is None else still.epochs, f"below {epochs}"
    )
    if still is not None:
        metric = "" if history.metric is None else f", and {history.metric[0]} at {end_of(history.metric[1]):.3g}"
        yield Finding(
            Place(path=history.source),
            f"in {still.epochs} epochs nothing was learned: {still.words}{metric} (began at {still.first:.4g}, should fall)",
            (Measured("level of the loss", still.level), curves_of(history, "nothing was learned")),
        )


def _run(loss: list[float], accuracy: float | None) -> Facts:
    return {"history": history_of([{"train/loss": v, "metric/accuracy": accuracy} for v in loss])}


@log_stands_at_start.fires_on
def ten_classes_at_chance() -> Facts:
    return _run([2.3026 + 0.002 * (i % 3) for i in range(6)], 0.1)


@log_stands_at_start.fires_on
def weights_thrown_away_in_the_first_steps() -> Facts:
    return _run([387.0, *(2.4 + 0.03 * (i % 3) for i in range(12))], 0.097)


@log_stands_at_start.quiet_on
def a_domain_classifier_that_is_to_know_nothing() -> Facts:
    rows = [{"train/loss": 0.695 + 0.002 * (i % 3), "metric/accuracy": 0.5} for i in range(12)]
    return {"history": history_of(rows, adversarial=True)}


@log_stands_at_start.quiet_on
def an_ordinary_run() -> Facts:
    return _run([2.3 * 0.9**i for i in range(12)], 0.3)


@log_stands_at_start.quiet_on
def finished_weights() -> Facts:
    return _run([0.05 + 0.001 * (i % 3) for i in range(12)], 0.96)


@log_stands_at_start.quiet_on
def a_thousand_classes_trained_on_after_the_rate_came_down() -> Facts:
    rows = [{"train/loss": 2.51 + 0.01 * (i % 3), "metric/accuracy": 0.45 + 0.001 * (i % 2)} for i in range(12)]
    return {"history": history_of(rows)}


@log_stands_at_start.fires_on
def two_classes_at_chance_under_a_rate_that_shakes() -> Facts:
    return _run([0.72 + 0.02 * (i % 3) for i in range(12)], 0.5)


@log_stands_at_start.quiet_on
def a_loss_without_a_metric() -> Facts:
    return _run([0.91 + 0.001 * (i % 3) for i in range(12)], None)
