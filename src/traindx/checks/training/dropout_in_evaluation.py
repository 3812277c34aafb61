"""T421: dropout leaves values out although the model is in evaluation mode."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording

_ZERO = re.compile(r"dropout_p\s*=\s*0(\.0*)?\s*[,)]")
WHY = {
    "default": "which is not told the mode",
    "layer": "in a layer that is none of the model's modules, so that `eval()` does not reach it",
}


@check("T421", level="error")
def dropout_in_evaluation(recording: Recording) -> Iterator[Finding | Measured]:
    """`model.eval()` was called, and a dropout is active in the validation all the same.

    ## Why is this bad?
    Values are left out at random whenever the model answers: the metric is lower than it should be and another one each time,
    in validation and wherever the model is used.

    ## How to fix
    `F.dropout(x, p, training=self.training)`; its default is training. Layers belong into `__init__`, or into an
    `nn.ModuleList`: one that is made in `forward`, or lies in a plain list, stays in training mode. Attention is told by its
    number alone: `scaled_dot_product_attention(q, k, v, dropout_p=self.p if self.training else 0.0)`.

    Attention counts where the answers of a model in evaluation mode draw random numbers, and a line of its file gives
    `dropout_p` and says nothing of the mode. Not reported is a call with `training=True` written out: that is how several
    answers are drawn on purpose.
    """
    if not any(v.get("training") is False for v in recording.lines.get("validation", ())):
        raise NotEnough("no validation in evaluation mode was seen")
    found = [e for e in recording.of("dropout_in_evaluation") if e.data.get("by") in WHY]
    drawn = [] if found else [(e, at) for e in recording.of("drawn_in_evaluation") for at in _untold(e.data)][:1]
    yield Measured("dropout functions that are active in evaluation mode", len(found) + len(drawn), "0")
    for event, (number, line) in drawn:
        place = Place(path=event.data["code_path"], line=number, step=event.step)
        text = "the model draws random numbers in evaluation mode, and an attention's dropout is not told the mode"
        yield Finding(place, f"{text}: {line}")
    for event in found:
        data = event.data
        text = f"{data['function']} leaves out {data['p']:.0%} of the values while the model is in evaluation mode"
        place = Place(path=data.get("path"), line=data.get("line"), step=event.step)
        yield Finding(place, f"{text} (should be none), {WHY[data['by']]}")


def _untold(data: Mapping[str, Any]) -> list[tuple[int, str]]:
    """The lines that give an attention its dropout, if none of them says anything of the mode."""
    lines = [(int(number), str(text)) for number, text in data.get("code", ()) if "dropout_p" in str(text)]
    return [] if any("training" in text for _, text in lines) else [at for at in lines if not _ZERO.search(at[1])]


def _facts(by: str = "") -> Facts:
    seen = {"kind": "validation", "step": 19, "batches": 8, "training": False, "mode": "eval", "root_itself": True}
    event = {"kind": "event", "event": "dropout_in_evaluation", "step": 20, "function": "dropout", "p": 0.5, "by": by}
    place = {"path": "net.py", "line": 31}
    return {"recording": recording_with(falling(), events=[seen, *([{**event, **place}] if by else [])])}


@dropout_in_evaluation.fires_on
def a_function_that_is_not_told_the_mode() -> Facts:
    return _facts("default")


@dropout_in_evaluation.fires_on
def a_layer_made_in_forward() -> Facts:
    return _facts("layer")


@dropout_in_evaluation.quiet_on
def several_answers_drawn_on_purpose() -> Facts:
    return _facts("given")


@dropout_in_evaluation.quiet_on
def dropout_that_knows_the_mode() -> Facts:
    return _facts()


def _drawn(line: str) -> Facts:
    facts = _facts()
    event = {"kind": "event", "event": "drawn_in_evaluation", "step": 20, "code_path": "net.py", "code": [[31, line]]}
    seen = {"kind": "validation", "step": 19, "batches": 8, "training": False, "mode": "eval", "root_itself": True}
    return {**facts, "recording": recording_with(falling(), events=[seen, event])}


@dropout_in_evaluation.fires_on
def an_attention_that_is_not_told_the_mode() -> Facts:
    return _drawn("x = F.scaled_dot_product_attention(q, k, v, dropout_p=self.p)")


@dropout_in_evaluation.quiet_on
def an_attention_that_is_told_the_mode() -> Facts:
    return _drawn("x = F.scaled_dot_product_attention(q, k, v, dropout_p=self.p if self.training else 0.0)")


@dropout_in_evaluation.quiet_on
def a_sample_that_is_drawn_on_purpose() -> Facts:
    return _drawn("z = mean + torch.randn_like(mean) * deviation")
