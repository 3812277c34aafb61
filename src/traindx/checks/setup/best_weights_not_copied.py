"""S165: the best weights are kept as what `state_dict()` gives, which goes on changing with the model."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, Text, call, calling
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.script import Call, Script
from traindx.core.setup import Setup


@check("S165", level="warning")
def best_weights_not_copied(setup: Setup) -> Iterator[Finding | Measured]:
    """Weights that are kept during the training and loaded into the same model afterwards were never copied.

    ## Why is this bad?
    `state_dict()` gives the model's own tensors. The optimizer changes them in place, so that the best weights are the last ones,
    and `load_state_dict` of them does nothing. The same holds for weights put aside while averaged ones are validated.

    ## How to fix
    `best = copy.deepcopy(model.state_dict())`, or save them to a file.
    """
    kept = [one for one in setup.text.called("state_dict") if one.target and one.loops]
    if not kept:
        raise NotEnough("the script keeps no weights in a loop")
    found = [(one, again) for one in kept for again in _loaded(setup.text, one)]
    yield Measured("weights that are kept and loaded without a copy", len(found), "0")
    for one, again in found[:1]:
        text = f"{one.target} is {one.owner}.state_dict() itself and changes with it: line {again.line} loads the last weights"
        yield Finding(Place(setup.text.path, one.line, setting=one.target), text)


def _loaded(script: Script, kept: Call) -> list[Call]:
    """Where the kept weights are loaded into the model that they are of; none where they are copied, or the model made anew."""
    again = [
        one
        for one in script.called("load_state_dict")
        if one.owner == kept.owner and one.text("state_dict", 0) == kept.target and one.scope == kept.scope
    ]
    copied = any(one.target == kept.target and one.name != "state_dict" for one in script.calls)
    made = [one.line for one in script.calls if one.target == kept.owner]
    return [] if copied else [one for one in again if one.line > kept.line and not _between(made, kept, one)]


def _between(lines: list[int], first: Call, last: Call) -> bool:
    return any(first.line < line < last.line for line in lines)


def _keeping(*others: Call, target: str = "best") -> Facts:
    load = Call("model.load_state_dict", 40, {}, {"0": "best"})
    return calling(call("model.state_dict", EPOCHS, line=30, target=target), load, *others)


@best_weights_not_copied.fires_on
def kept_by_name() -> Facts:
    return _keeping()


@best_weights_not_copied.quiet_on
def kept_and_saved() -> Facts:
    return calling(
        call("model.state_dict", EPOCHS, line=30, target="best"),
        call("torch.save", EPOCHS, line=31, obj=Text("best")),
        Call("model.load_state_dict", 40, {}, {"0": "torch.load('best.pt')"}),
    )


@best_weights_not_copied.quiet_on
def copied_on_the_next_line() -> Facts:
    return _keeping(call("copy.deepcopy", EPOCHS, line=31, target="best"))


@best_weights_not_copied.quiet_on
def loaded_into_a_new_model() -> Facts:
    return _keeping(call("Net", line=39, target="model"))
