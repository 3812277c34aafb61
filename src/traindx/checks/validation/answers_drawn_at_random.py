"""V475: the model's answers draw random numbers although it is in evaluation mode."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loss_calls import loss_calls_of
from traindx.core.loss_names import BINARY, CLASSES
from traindx.core.recording import Recording

MASKS = re.compile(r"dropout|bernoulli|\brand(_like)?\(|uniform_?\(")
ON_PURPOSE = re.compile(r"dropout_p\b|\brandn(_like)?\(|normal_?\(|sample\(|multinomial", re.IGNORECASE)
"""What draws weights or answers of a network that is not sure of them, and what another check names."""


@check("V475", level="warning")
def answers_drawn_at_random(recording: Recording) -> Iterator[Finding | Measured]:
    """In evaluation mode and without gradients the model draws from torch's random generator when it answers.

    ## Why is this bad?
    The same picture gets another answer each time. Most often noise, masks or a dropout of one's own are not told the mode:
    `model.eval()` changes nothing where `forward` does not ask for `self.training`.

    ## How to fix
    `if self.training:` around what is random. Where several answers are drawn on purpose, as of a variational model, nothing is
    to be done.

    Looked at are classifiers. Seen is that the generator of the processor stands elsewhere after the call than before it. Reported
    where the model's file has a line that draws a mask (dropout, Bernoulli, uniform numbers), and none that draws Gaussian ones
    or samples: networks of uncertain weights and answers do that on purpose. `dropout_p` of an attention is another check's.
    """
    if not any(v.get("training") is False for v in recording.lines.get("validation", ())):
        raise NotEnough("no validation in evaluation mode was seen")
    names = {found.name for found in loss_calls_of(recording)}
    if not names or not names <= {*CLASSES, *BINARY}:
        raise NotEnough("what is trained is not a classifier alone: others draw on purpose")
    found = recording.of("drawn_in_evaluation")
    yield Measured("models that draw random numbers in evaluation mode", len(found), "0")
    for event in found[:1]:
        code = [(int(number), str(text)) for number, text in event.data.get("code", ())]
        masks = [(number, text) for number, text in code if MASKS.search(text)]
        if not masks or any(ON_PURPOSE.search(text) for _, text in code):
            continue
        lines = "; ".join(f"{number} {line}" for number, line in masks[:3])
        one = masks[0][0] if len(masks) == 1 else event.data.get("line")
        path = event.data.get("code_path") if len(masks) == 1 else event.data.get("path")
        text = f"the model draws random numbers when it answers in evaluation mode: {lines}"
        yield Finding(Place(path=path, line=one, step=event.step), text)


CALL = {"loss_call": {"name": "cross_entropy", "classes": 10}}


def _facts(*lines: str) -> Facts:
    seen = {"kind": "validation", "step": 19, "batches": 8, "training": False, "mode": "eval", "root_itself": True}
    code = [[31 + n, line] for n, line in enumerate(lines)]
    event = {"kind": "event", "event": "drawn_in_evaluation", "step": 20, "code_path": "net.py", "code": code}
    return {"recording": recording_with(falling(), detail=CALL, events=[seen, *([event] if lines else [])])}


@answers_drawn_at_random.fires_on
def a_mask_that_is_not_told_the_mode() -> Facts:
    return _facts("keep = torch.rand_like(x) > self.p")


@answers_drawn_at_random.quiet_on
def nothing_drawn() -> Facts:
    return _facts()


@answers_drawn_at_random.quiet_on
def an_attention_that_another_check_names() -> Facts:
    return _facts("F.scaled_dot_product_attention(q, k, v, dropout_p=self.p)")


@answers_drawn_at_random.quiet_on
def weights_that_are_drawn_on_purpose() -> Facts:
    return _facts("weight = self.mu + self.sigma * torch.randn_like(self.mu)", "keep = torch.rand(3)")


@answers_drawn_at_random.quiet_on
def a_draw_of_which_no_line_is_known() -> Facts:
    return _facts("eps = torch.randn_like(std)")
