"""Positives of a detector's assignment: how many predictions are to match a target, and targets that none is to match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from traindx.recorder.step import Step

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation

MOST = 16
"""Assignments of one step that are kept: the heads of DETR, the images of a batch."""


@dataclass(frozen=True)
class Assigned:
    """One assignment, of a batch or of one image, on the device: `positives`, `targets` and `unmatched` are tensors of one
    element or whole numbers; `candidates` is how many predictions there were to choose from."""

    positives: Any
    targets: Any
    unmatched: Any
    candidates: int


def key_for(seen: Observation, name: str) -> str | None:
    """Under which name an assignment is written now: twice at most in a step, and before its first backward pass."""
    step = seen.current
    if not step.recorded or "b" in step.calls or "f" not in step.calls or not seen.torch.is_grad_enabled():
        return None
    known = step.details.get("positives", {})
    return next((key for key in (name, f"{name}_2") if key not in known), None)


def write(torch: Any, step: Step, key: str, parts: Sequence[Assigned], contained: Any, **more: Any) -> None:
    """Write `positives[key]` {positives, targets, unmatched, candidates} into the step, summed over `parts`."""
    fields: dict[str, Any] = {"candidates": sum(p.candidates for p in parts), **more}
    step.details.setdefault("positives", {})[key] = fields
    numbers = [(p.positives, p.targets, p.unmatched) for p in parts]
    device = next((n.device for row in numbers for n in row if isinstance(n, torch.Tensor)), None)
    if device is None:
        fields.update(_summed([[float(n) for n in row] for row in numbers]))
        return
    with torch.no_grad():
        sent = torch.stack([_scalar(torch, n, device) for row in numbers for n in row])

    def fill(values: list[float]) -> None:
        fields.update(_summed([values[i : i + 3] for i in range(0, len(values), 3)]))

    step.slots.add(sent, contained(fill))


def matched(torch: Any, matches: Any, targets: int) -> tuple[Any, Any]:
    """Positives and unmatched targets of one image: `matches` [N] is each prediction's target, negative for none."""
    found = torch.zeros(targets + 1, dtype=torch.bool, device=matches.device)
    positive = matches >= 0
    found.scatter_(0, torch.where(positive, matches, targets).long(), True)
    return positive.sum(), targets - found[:targets].sum()


def _scalar(torch: Any, number: Any, device: Any) -> Any:
    if not isinstance(number, torch.Tensor):
        return torch.full((), float(number), device=device)
    return number.reshape(()).to(device, torch.float32, non_blocking=True)


def _summed(rows: list[list[float]]) -> dict[str, int]:
    totals = [int(sum(column)) for column in zip(*rows, strict=True)] or [0, 0, 0]
    return dict(zip(("positives", "targets", "unmatched"), totals, strict=True))
