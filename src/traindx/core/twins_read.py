"""Twins from the events of a recording, or of a network that was tried."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from traindx.core.twins import Twin, Twins

FACTS = (
    "steps",
    "batches",
    "samples",
    "held_out",
    "half",
    "device",
    "norms",
    "trained_norms",
    "drops",
    "size",
    "weights",
)
"""What a recording says of the training itself, beside its losses."""


def twins_from(lines: Iterable[tuple[str, Mapping[str, Any]]], planned: int = 0, plain: Twins | None = None) -> Twins:
    """Twins from the events of a recording: name and data of each."""
    twins: list[Twin] = []
    facts: dict[str, Any] = {}
    for event, data in lines:
        if event == "twins_of":
            facts = dict(data)
        elif event == "twin":
            loss, gradient, apart, far = (_number(data.get(k)) for k in ("loss", "gradient", "apart", "far"))
            named = str(data["twin"]), str(data["moment"]), int(data["batch"])
            twins.append(Twin(*named, loss, gradient, apart, str(data.get("most", "")), far))
    own = {k: facts[k] for k in FACTS if k in facts}
    losses = tuple(_number(x) for x in facts.get("losses", ()))
    return Twins(
        tuple(twins), **own, momentum=_number(facts.get("momentum")), losses=losses, planned=planned, plain=plain
    )


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
