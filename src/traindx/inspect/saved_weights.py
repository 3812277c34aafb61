"""Weights of a checkpoint for a network that was built: tensors read from their bytes, nothing of the file is executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from traindx.errors import TraindxError
from traindx.inspect.checkpoint.numbers import BITS, Raw, floats
from traindx.inspect.checkpoint.reading import weights_in
from traindx.inspect.twinned import Loaded


def loaded_for(torch: Any, model: Any, path: Path) -> Loaded:
    """The weights that fit the model by name and shape, whatever stands before their names; an average besides where there is one.

    Raises `TraindxError` where nothing fits.
    """
    wanted = {n: tuple(t.shape) for n, t in (*model.named_parameters(), *model.named_buffers())}
    found: dict[str, dict[str, Any]] = {}
    for role, raws in weights_in(path):
        names = _named(raws, wanted)
        if len(names) > len(found.get(role, ())):
            found[role] = {name: _tensor(torch, raws[held]) for name, held in names.items()}
    weights, average = found.get("model"), found.get("ema")
    if weights is None:
        weights, average = average, None
    if not weights:
        raise TraindxError(
            f"no tensor of {path} fits the model by name and shape", "its weights say nothing of this network", ""
        )
    missing = [name for name, _ in model.named_parameters() if name not in weights]
    return Loaded(weights, average, missing, str(path))


def _named(raws: Mapping[str, Raw], wanted: Mapping[str, tuple[int, ...]]) -> dict[str, str]:
    """The model's names with those in the file; the file's may begin with what wraps and loops put before them, or lack it."""
    first = next((name for name in wanted if len(wanted[name]) > 1), next(iter(wanted), ""))
    before = {name.removesuffix(first) for name in raws if name.endswith(first)} | {""}
    cut = {first.removesuffix(name) for name in raws if first.endswith(name)} | {""}
    best: dict[str, str] = {}
    for more in before:
        for less in cut:
            pairs = {name: more + name.removeprefix(less) for name in wanted}
            fits = {a: b for a, b in pairs.items() if b in raws and tuple(raws[b].shape) == wanted[a]}
            best = max(best, fits, key=len)
    return best


def _tensor(torch: Any, raw: Raw) -> Any:
    known = BITS.get(raw.dtype)
    values = raw.data.view(raw.dtype) if known is None else floats(raw.data.view(known[0]), raw.dtype)
    made = torch.from_numpy(np.array(values))
    return made.reshape(raw.shape) if raw.stride is None else torch.as_strided(made, raw.shape, raw.stride)
