"""S163: a parameter is moved where it is made, so that the module holds its copy, which is no parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.setup.example import call, calling
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.setup import Setup

MADE = re.compile(r"(?:(?:torch\.)?nn\.)?Parameter\(.*\)\.(?P<method>\w+)", re.DOTALL)
COPIES = frozenset(
    {"to", "cuda", "clone", "repeat", "expand", "view", "reshape", "unsqueeze", "float", "half", "double"}
)
ON_OTHER_DEVICES = frozenset({"to", "cuda", "float", "half", "double"})
"""Methods that give the parameter itself where there is nothing to change."""


@check("S163", level="warning")
def parameter_replaced_by_its_copy(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """`self.x = nn.Parameter(...).to(device)`: what the module holds is the result, and no parameter.

    ## Why is this bad?
    `.to`, `.cuda`, `.clone` and the like give a new tensor: it is not among `model.parameters()`, no optimizer trains it, and it
    is neither saved nor moved with the model. On the CPU `.to` gives the parameter itself: a run that was recorded there is right.

    ## How to fix
    Move the values, then make the parameter: `nn.Parameter(torch.randn(n).to(device))`, or move the whole model.
    """
    made = [
        (one, match)
        for one in setup.text.calls
        if (match := MADE.fullmatch(one.function)) and one.target.startswith("self.")
    ]
    plain = [one for one in setup.text.called("Parameter") if one.target.startswith("self.")]
    if not made and not plain:
        raise NotEnough("the script makes no parameter of its own")
    there = ON_OTHER_DEVICES if recording is not None and recording.start.get("device") == "cpu" else frozenset()
    copied = [(one, match["method"]) for one, match in made if match["method"] in COPIES - there]
    yield Measured("parameters replaced by a copy where they are made", len(copied), "0")
    for one, method in copied:
        where = ", unless nothing has to be moved" if method in ON_OTHER_DEVICES else ""
        text = f"{one.target} is what .{method} makes of a new parameter: it is none itself, and is not trained{where}"
        yield Finding(Place(setup.text.path, one.line, setting=one.target), text)


@parameter_replaced_by_its_copy.fires_on
def moved_to_its_device() -> Facts:
    return calling(call("nn.Parameter(torch.randn(1, 1, n)).to", line=52, target="self.class_token"))


@parameter_replaced_by_its_copy.quiet_on
def moved_before() -> Facts:
    return calling(call("nn.Parameter", target="self.class_token"))


@parameter_replaced_by_its_copy.quiet_on
def moved_to_where_it_is() -> Facts:
    made = calling(call("nn.Parameter(torch.zeros(n)).to", target="self.scale"))
    return {**made, "recording": replace(recording_with(falling()), start={"device": "cpu"})}


@parameter_replaced_by_its_copy.quiet_on
def a_copy_beside_it() -> Facts:
    return calling(
        call("nn.Parameter", target="self.scale"),
        call("nn.Parameter(start).clone", target="shadow"),
    )
