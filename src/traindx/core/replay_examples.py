"""Replays for the examples in check files."""

from __future__ import annotations

from typing import Any

from traindx.core.replay import Replay


def born(**facts: Any) -> dict[str, Any]:
    return {"cause": "operation", "kind": "inf", "phase": "forward", "facts": facts, "rows": [3], "parent": None}


def result(kind: str, *, bad: bool, **more: Any) -> dict[str, Any]:
    trial = {"kind": kind, "batch": 0, "rows": more.pop("only", [])}
    return {"trial": trial, "bad": bad, "phase": "forward" if bad else "", "loss": 1.5, "operations": 80, **more}


def jump() -> Replay:
    """A loss that only jumped: the step is finite in every operation."""
    again = result("again", bad=False, first=None, chain=[], rows=None, half=False, state=True)
    return Replay("capsule", {"step": 412, "what": "jump", "state_step": 410}, (again,), 8)


def replayed(first: dict[str, Any], *more: dict[str, Any], **facts: Any) -> Replay:
    """A step that is bad again, with what was first not finite and other trials."""
    again = result("again", bad=True, first=first, chain=[first], rows=[3], half=False, state=True)
    return Replay("capsule", {"step": 412, "state_step": 412, **facts}, (again, *more), 8)
