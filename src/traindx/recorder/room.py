"""Whether there is memory to spare: the recorder takes none that the training might need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SPARE = 2
"""How many times what is wanted must be free, as an optimizer takes memory of its own in its step. A guess."""
SMALL = 1 << 28
"""Bytes on the host for which nothing is looked up."""


def room_for(torch: Any, tensors: Sequence[Any]) -> bool:
    """Whether copies of all tensors fit twice into what is free on their devices; asks the driver, waits for no kernel."""
    wanted: dict[Any, int] = {}
    for tensor in tensors:
        wanted[tensor.device] = wanted.get(tensor.device, 0) + tensor.numel() * tensor.element_size()
    return all(
        SPARE * size <= free(torch, device) for device, size in wanted.items() if device.type != "cpu" or size > SMALL
    )


def free(torch: Any, device: Any) -> float:
    """Bytes that can be had on a device without taking them from anybody; infinite where it cannot be told."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return float(torch.cuda.mem_get_info(device)[0] + unused)
    if device.type == "cpu":
        try:
            found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        except OSError:
            found = None
        return float(found[1]) * 1024 if found else float("inf")
    return float("inf")
