"""Which of the batches that a loader handed out a step used: loops that fetch ahead hold a later one already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Held: TypeAlias = Mapping[str, tuple[Any, int]]

LOOKED_AT = 4096
"""Numbers of a tensor that are compared."""
ALIKE = 0.999
"""Correlation from which a tensor is the other one, scaled and shifted: bytes that became floats (a guess)."""


def used_batches(
    torch: Any, handed: Iterable[tuple[int, Held]], called: Held, step: int, *, over: bool
) -> tuple[list[Held], bool]:
    """The batches of the step, the most likely bad one first, and whether their content says so.

    While the step is under way, it is the newest batch that holds what the root was called with; of a step that is over,
    those that were handed out for it, and with none the last before it.
    """
    handed = list(handed)
    if not over:
        received = [x for x, _ in called.values() if _is_large(torch, x)]
        for _, batch in reversed(handed):
            own = [x for x, _ in batch.values() if isinstance(x, torch.Tensor) and _is_large(torch, x)]
            if any(_same(torch, a, b) for a in received for b in own):
                return [batch], True
        return [batch for _, batch in handed[-1:]], False
    own_step = [batch for number, batch in handed if number == step]
    return own_step or [batch for number, batch in handed if number < step][-1:], False


def _is_large(torch: Any, tensor: Any) -> bool:
    return isinstance(tensor, torch.Tensor) and tensor.numel() > 1 and tensor.layout == torch.strided


def _same(torch: Any, a: Any, b: Any) -> bool:
    """Whether two tensors hold the same numbers, but for scale and shift. Waits for the device."""
    if a.shape[:1] != b.shape[:1] or a.numel() != b.numel():
        return False
    stride = max(1, a.numel() // LOOKED_AT)
    with torch.no_grad():
        x, y = (t.detach().reshape(-1)[::stride].cpu().double() for t in (a, b))
        if bool(((x == y) | (x.isnan() & y.isnan())).all()):
            return True
        known = torch.isfinite(x) & torch.isfinite(y)
        x, y = x[known] - x[known].mean(), y[known] - y[known].mean()
        size = x.norm() * y.norm()
        return bool(size > 0 and (x @ y) / size > ALIKE)
