"""S144: Adam is asked for with betas in the wrong order, or with an epsilon that takes its steps away."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import call, calling
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.script import Call
from traindx.core.setup import Setup

KINDS = ("Adam", "AdamW", "NAdam", "RAdam")


@check("S144", level="warning")
def betas_exchanged(
    setup: Setup, *, shortest: float = 0.8, epsilon: float = 0.1, slow: float = 1e-3
) -> Iterator[Finding | Measured]:
    """The memory of Adam's squares is shorter than that of its gradients, or its epsilon is larger than any gradient.

    ## Why is this bad?
    Adam divides the averaged gradient by the root of the averaged squares. With a second beta of 0.1 that is the last gradient
    alone: after one small gradient the step is many times too large. With an epsilon of 1 nothing is divided, and a rate for Adam
    moves the weights like a rate for SGD a thousand times too small.

    ## How to fix
    `betas=(0.9, 0.999)` and `eps=1e-8`; transformers and detectors are also trained with a second beta of 0.95, generators
    with a first one of 0 or 0.5.

    Reported are a second beta below the first or below `shortest`, and an epsilon of `epsilon` or more with a rate of at
    most `slow`: with a rate of 0.1 an epsilon of 1 is a recipe of its own. The limits are guesses.
    """
    calls = [c for c in setup.text.called(*KINDS) if c.owner.endswith("optim") or not c.owner]
    told = [(c, first, second) for c in calls for first, second in _betas(c)]
    if not calls:
        raise NotEnough("no Adam is built in the script")
    for call_, first, second in told:
        yield Measured("betas", f"{first:g}, {second:g}", f"the second over the first and over {shortest:g}")
        if second < max(first, shortest):
            steps = 1 / max(1 - second, 1e-9)
            text = f"betas=({first:g}, {second:g}): squares are remembered for {steps:.2g} steps (should be 0.999, 1000 steps)"
            yield Finding(setup.text.place(call_, "betas", "betas"), text)
    for call_ in calls:
        eps, rate = call_.get("eps", 3, 1e-8), call_.get("lr", 1, 1e-3)
        if isinstance(eps, (int, float)) and isinstance(rate, (int, float)):
            yield Measured("epsilon", eps, f"below {epsilon:g}")
            if eps >= epsilon and rate <= slow:
                text = f"eps={eps:g} with a rate of {rate:g}: gradients are no longer divided by their size (should be 1e-8)"
                yield Finding(setup.text.place(call_, "eps", "eps"), text)


def _betas(built: Call) -> Iterator[tuple[float, float]]:
    pair = built.get("betas", 2)
    if isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(b, (int, float)) for b in pair):
        yield float(pair[0]), float(pair[1])


@betas_exchanged.fires_on
def written_the_wrong_way_round() -> Facts:
    return calling(call("torch.optim.AdamW", lr=1e-3, betas=[0.999, 0.9]))


@betas_exchanged.fires_on
def an_epsilon_of_one_at_a_small_rate() -> Facts:
    return calling(call("torch.optim.Adam", lr=1e-4, eps=1.0))


@betas_exchanged.quiet_on
def those_of_a_generator() -> Facts:
    return calling(call("torch.optim.Adam", lr=2e-4, betas=[0.5, 0.9]))


@betas_exchanged.quiet_on
def an_epsilon_of_one_at_its_own_rate() -> Facts:
    return calling(call("torch.optim.Adam", lr=0.05, eps=1.0))
