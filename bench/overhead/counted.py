"""What a step calls, counted: of that no other process on the machine changes anything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from torch.autograd.profiler import profile


def counted(step: Callable[[], Any]) -> tuple[int, int]:
    """Functions of Python that one step calls, and operations of torch, those inside others too, in another step."""
    calls = [0]

    def see(frame: Any, event: str, argument: Any) -> None:
        calls[0] += event == "call"

    sys.setprofile(see)
    try:
        step()
    finally:
        sys.setprofile(None)
    with profile() as seen:  # no dispatch mode: from these the recorder hides itself
        step()
    return calls[0], sum(event.name.startswith("aten::") for event in seen.function_events)
