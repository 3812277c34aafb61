"""Treatments of the step: rates, momentum, decay, gradients, the loss scale, when an optimizer steps and by which rule."""

from __future__ import annotations

from traindx.core.treatment import Treatment, in_process


def hold_rate() -> Treatment:
    """The base rate from first to last, whatever a schedule makes of it; reached in 50 steps where it begins far below."""
    return in_process("hold_rate", "the learning rate held at its base")


def decay_rate(factor: float) -> Treatment:
    """The base rate times `factor` for every step taken: a decay for epochs that is applied for each batch."""
    return in_process("decay_rate", f"the learning rate × {factor:g} after each step", factor=factor)


def warm_up(steps: int = 100) -> Treatment:
    """The rate rises evenly to its full value over the first `steps` steps."""
    return in_process("warm_up", f"a warm-up over {steps} steps", steps=steps)


def cosine_rate(steps: int = 0) -> Treatment:
    """Half a cosine from the base rate to zero within `steps` steps (0: the length of the run, as far as it is known)."""
    return in_process("cosine_rate", "a cosine schedule", steps=steps)


def one_cycle_rate(steps: int = 0) -> Treatment:
    """The rate of OneCycleLR within `steps` steps, its highest the base rate."""
    return in_process("one_cycle_rate", "a one-cycle schedule", steps=steps)


def plateau_rate(steps: int = 100) -> Treatment:
    """A tenth of the rate whenever the mean loss of `steps` steps is no better than the best before."""
    return in_process(
        "plateau_rate", f"the rate cut to a tenth when the loss of {steps} steps stands still", steps=steps
    )


def set_momentum(value: float) -> Treatment:
    """Another momentum, or beta1 where that takes its place."""
    return in_process("set_momentum", f"momentum {value:g}", value=value)


def scale_weight_decay(factor: float) -> Treatment:
    """Weight decay times `factor`."""
    return in_process(
        "scale_weight_decay", f"weight decay × {factor:g}" if factor else "no weight decay", factor=factor
    )


def shrink_weights(share: float) -> Treatment:
    """A weight decay that takes `share` of each weight at every step."""
    return in_process("shrink_weights", f"a weight decay of {share:g} of each weight a step", share=share)


def no_decay_on_norms() -> Treatment:
    """No weight decay for normalisation layers and biases."""
    return in_process("no_decay_on_norms", "no weight decay on normalisation layers and biases")


def decay_everywhere() -> Treatment:
    """The highest weight decay of any group in all of them."""
    return in_process("decay_everywhere", "weight decay on all parameters")


def no_clipping() -> Treatment:
    """Clips of gradients measure and change nothing."""
    return in_process("no_clipping", "gradients not clipped")


def clip_gradients(limit: float = 1.0) -> Treatment:
    """The norm of the gradients is clipped at `limit` after each backward pass."""
    return in_process("clip_gradients", f"gradients clipped at {limit:g}", limit=limit)


def average_accumulated() -> Treatment:
    """Gradients of several batches are divided by their number."""
    return in_process("average_accumulated", "accumulated gradients averaged")


def turn_loss() -> Treatment:
    """The loss with its sign turned, or an optimizer that maximises made to minimise."""
    return in_process("turn_loss", "the sign of the loss turned")


def unscale_first() -> Treatment:
    """Gradients are unscaled before they are clipped."""
    return in_process("unscale_first", "gradients unscaled before the clip")


def unscale_before_step() -> Treatment:
    """Gradients that nothing unscales are unscaled before the step."""
    return in_process("unscale_before_step", "gradients unscaled before the step")


def step_after_backward() -> Treatment:
    """Each optimizer steps right after the backward pass, and not when the training calls it."""
    return in_process("step_after_backward", "a step right after each backward pass")


def clear_before_step() -> Treatment:
    """Gradients are cleared right before each step."""
    return in_process("clear_before_step", "gradients cleared between backward pass and step")


def accumulate(batches: int = 8) -> Treatment:
    """A step at every n-th call, with the mean of the gradients of n batches."""
    return in_process("accumulate", f"gradients averaged over {batches} batches a step", batches=batches)


def other_optimizer(kind: str = "auto") -> Treatment:
    """The step of AdamW (rate 0.001) or SGD (rate 0.05, momentum 0.9) in place of the training's optimizer.

    `kind`: `adamw`, `sgd` or `auto`, which takes SGD where the training's is one of Adam's kin with a usual rate.
    """
    if kind not in ("adamw", "sgd", "auto"):
        raise ValueError(f"no optimizer is called {kind}: adamw, sgd or auto")
    named = {
        "adamw": "AdamW at 0.001",
        "sgd": "SGD at 0.05, momentum 0.9",
        "auto": "the other optimizer at its usual rate",
    }
    return in_process("other_optimizer", named[kind], kind=kind)
