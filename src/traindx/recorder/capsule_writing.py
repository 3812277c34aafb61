"""Writes a capsule: what of the state, the batch and the random state fits into the budget, and what was left out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traindx.core.capsule import Packed, write_capsule
from traindx.recorder.kept import size_of

DTYPES = {
    "float64": "F64",
    "int64": "I64",
    "float32": "F32",
    "int32": "I32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int16": "I16",
    "uint8": "U8",
    "int8": "I8",
    "bool": "BOOL",
}
"""Names of dtypes in the file, by torch's."""


@dataclass
class Content:
    """What is to be written: facts as JSON values, and tensors by name, in groups; the first groups matter most."""

    facts: dict[str, Any] = field(default_factory=dict)
    groups: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, words: str, prefix: str, tensors: Mapping[str, Any]) -> None:
        """Add tensors, each under `prefix` and its own name; `words` says what they are."""
        fitting = {prefix + name: t for name, t in tensors.items() if str(t.dtype).removeprefix("torch.") in DTYPES}
        if len(fitting) < len(tensors):
            self.left_out.append(
                f"{words}: {len(tensors) - len(fitting)} tensors of a dtype that the file has no name for"
            )
        if fitting:
            self.groups.append((words, fitting))


def write(torch: Any, folder: Path, content: Content, most: int) -> Path:
    """Write what fits into `most` bytes to a new file in `folder` and return its path. Waits for the device."""
    rank, step, what = (content.facts[name] for name in ("rank", "step", "what"))
    path = folder / f"capsule-{rank}-{what}-{step}.safetensors"
    free = most
    packed = []
    for words, tensors in content.groups:
        size = size_of(tensors)
        if size > free:
            content.left_out.append(f"{words}: {size / 2**20:.1f} MiB, of which {free / 2**20:.1f} MiB were free")
            continue
        free -= size
        packed += [packed_tensor(torch, name, tensor) for name, tensor in tensors.items()]
    facts = {**content.facts, **_place(), "torch": str(torch.__version__), "left_out": content.left_out}
    folder.mkdir(parents=True, exist_ok=True)
    write_capsule(path, facts, packed)
    return path


def packed_tensor(torch: Any, name: str, tensor: Any) -> Packed:
    """A tensor as bytes."""
    dtype = DTYPES[str(tensor.dtype).removeprefix("torch.")]
    with torch.no_grad():
        flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return Packed(name, dtype, tuple(tensor.shape), flat.numpy().data)


def _place() -> dict[str, Any]:
    """The command of this process and where it runs."""
    return {"command": list(getattr(sys, "orig_argv", sys.argv)), "executable": sys.executable, "cwd": os.getcwd()}  # noqa: PTH109
