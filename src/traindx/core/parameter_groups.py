"""Groups of parameters as a script gives them to its optimizer: which is the head's, which the backbone's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from traindx.core.asked_optimizer import AskedOptimizer, optimizers_of
from traindx.core.setup import Setup

_HEAD = re.compile(
    r"(?<![a-z])(head|heads|fc|classifier|cls_head|box_predictor|roi_heads|last_linear|new_layers?)(?![a-z])"
)
_BODY = re.compile(
    r"(?<![a-z])(backbone|encoder|trunk|body|features|base|pretrained|stem|conv1|layer[1-4]|blocks)(?![a-z])"
)
_NOT = re.compile(r"\bnot\b|!=")

Part = Literal["head", "body", ""]


def part_of(params: str) -> Part:
    """Which part of a network the parameters are, by how they are named: by the name that holds them first."""
    name, _, made = params.partition(" = ")
    for text in (name, made):
        head, body = bool(_HEAD.search(text.lower())), bool(_BODY.search(text.lower()))
        if head != body and not _NOT.search(text):
            return "head" if head else "body"
    return ""


def groups_by_optimizer(setup: Setup) -> Iterator[list[AskedOptimizer]]:
    """The groups of each optimizer that is given more than one."""
    kept: list[AskedOptimizer] = []
    for one in optimizers_of(setup):
        if not one.group:
            continue
        if kept and one.call != kept[0].call:
            yield kept
            kept = []
        kept.append(one)
    if kept:
        yield kept
