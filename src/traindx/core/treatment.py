"""A treatment: one thing changed in a run, as data that can travel to the process that carries it out.

The same treatments undo a cause (the trial) and induce it (the benchmark and the demo).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

Where = Literal["process", "dataset", "command"]
Argument: TypeAlias = str | float | int | bool | None


@dataclass(frozen=True)
class Treatment:
    """`name` is carried out `where`: in the training process by the recorder, on a copy of the dataset, or in the command.

    `because` says in words what the treatment changes.
    """

    name: str
    where: Where
    arguments: tuple[tuple[str, Argument], ...] = ()
    because: str = ""

    def __getitem__(self, name: str) -> Argument:
        return dict(self.arguments)[name]


def to_json(treatments: Sequence[Treatment]) -> str:
    """Treatments as one line of JSON, for an environment variable."""
    return json.dumps([asdict(t) for t in treatments])


def from_json(text: str) -> tuple[Treatment, ...]:
    """The reverse of `to_json`."""
    return tuple(
        Treatment(t["name"], t["where"], tuple((k, v) for k, v in t["arguments"]), t["because"])
        for t in json.loads(text)
    )


def in_process(name: str, because: str, **arguments: Argument) -> Treatment:
    """A treatment that the recorder carries out in the training process."""
    return Treatment(name, "process", tuple(arguments.items()), because)


def scale_lr(factor: float) -> Treatment:
    """Multiply the learning rate of every parameter group by `factor` at each step, on top of any schedule."""
    return Treatment("scale_lr", "process", (("factor", factor),), f"learning rate × {factor:.3g}")


def zero_grad_after_step() -> Treatment:
    """Clear all gradients after each optimizer step."""
    return Treatment("zero_grad_after_step", "process", (), "gradients cleared after each step")


def skip_zero_grad() -> Treatment:
    """Make every zero_grad call do nothing."""
    return Treatment("skip_zero_grad", "process", (), "zero_grad left out")


def optimize_all_parameters() -> Treatment:
    """Give trainable parameters that no optimizer holds to the first optimizer, at its first group's settings."""
    return Treatment("optimize_all_parameters", "process", (), "missing parameters given to the optimizer")


def withhold_parameters(share: float) -> Treatment:
    """Keep the last `share` of the parameters out of every optimizer step."""
    return Treatment("withhold_parameters", "process", (("share", share),), f"{share:.0%} of the parameters withheld")


def train_mode() -> Treatment:
    """Switch the root module to training mode at each forward pass that computes gradients."""
    return Treatment("train_mode", "process", (), "model.train() before each training step")


def eval_mode(after_step: int) -> Treatment:
    """Leave the root module in evaluation mode from a step on."""
    return Treatment(
        "eval_mode", "process", (("after_step", after_step),), f"model.eval() left on from step {after_step}"
    )


def log_of_probabilities() -> Treatment:
    """Hand cross entropy the logarithm of inputs that already are probabilities: softmax(log p) = p."""
    return Treatment("log_of_probabilities", "process", (), "cross entropy computed from the logits")


def softmax_before_loss() -> Treatment:
    """Apply softmax to the inputs of cross entropy."""
    return Treatment("softmax_before_loss", "process", (), "softmax applied before cross entropy")


def standardize_inputs() -> Treatment:
    """Shift and scale the network's float inputs, per channel, by mean and standard deviation of the first batch."""
    return Treatment("standardize_inputs", "process", (), "inputs standardised by the first batch")


def scale_inputs(factor: float) -> Treatment:
    """Multiply the network's float inputs by `factor`."""
    return Treatment("scale_inputs", "process", (("factor", factor),), f"inputs × {factor:g}")


def leaky_relu(slope: float = 0.01) -> Treatment:
    """Let ReLU pass `slope` times negative values, so that no unit is without gradient."""
    return Treatment("leaky_relu", "process", (("slope", slope),), f"ReLU replaced by leaky ReLU ({slope:g})")


def shift_biases(offset: float) -> Treatment:
    """Add `offset` to the biases of all but the last weighted layer before the first step."""
    return Treatment("shift_biases", "process", (("offset", offset),), f"biases shifted by {offset:g}")


def scale_weights(factor: float) -> Treatment:
    """Multiply the weights of all convolutions and linear layers by `factor` before the first step."""
    return Treatment("scale_weights", "process", (("factor", factor),), f"weights × {factor:g} at the start")


def equal_weights(value: float = 0.05) -> Treatment:
    """Set all weights of convolutions and linear layers to `value` before the first step."""
    return Treatment("equal_weights", "process", (("value", value),), f"all weights {value:g} at the start")


def default_weights() -> Treatment:
    """Have every convolution and linear layer draw its weights anew, by torch's default, before the first step."""
    return Treatment("default_weights", "process", (), "weights drawn by torch's default")


def repair_dataset(repair: str) -> Treatment:
    """Train on a repaired copy of the dataset; `repair` names what is repaired (see `traindx.trial.repair`)."""
    return Treatment(
        "repair_dataset", "dataset", (("repair", repair),), f"dataset repaired: {repair.replace('-', ' ')}"
    )


def damage_dataset(damage: str) -> Treatment:
    """Train on a damaged copy of the dataset; `damage` names what is put in (see `traindx.trial.repair`)."""
    return Treatment("damage_dataset", "dataset", (("damage", damage),), f"dataset damaged: {damage.replace('-', ' ')}")
