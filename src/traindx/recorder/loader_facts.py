"""What a loader is, read from its attributes. Nothing is drawn, and no length is asked for that could cost or change
anything: a sampler of the user's own may make its batches to tell how many they are."""

from __future__ import annotations

import functools
import math
import multiprocessing
import numbers
import types
from typing import Any

from traindx.recorder.contents import attributes, is_a, sequence

SHUFFLING = ("RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler", "SeedableRandomSampler")
ENDLESS = "_RepeatSampler"
"""Repeats the sampler in it without end, so that workers live on: Ultralytics' and YOLOv5's InfiniteDataLoader and timm's
MultiEpochsDataLoader have it by this name."""
ITERABLE = 1
"""`torch.utils.data._DatasetKind.Iterable`."""
MOST_PIDS = 64
MOST_WEIGHED, GROUPS = 500_000, 64
"""Samples of which the weights are looked at, and different weights that are written."""
FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
TORCHS = ("torch.utils.data.sampler", "torch.utils.data.distributed", "torch.utils.data.dataset")


def samplers(loader: Any) -> list[Any]:
    """The loader's sampler of batches (of indices, without automatic batching) and those inside it, outermost first."""
    found: list[Any] = []
    item = loader.sampler if loader.batch_sampler is None else loader.batch_sampler
    while item is not None and len(found) < 5:
        found.append(item)
        inner = attributes(item)
        item = inner.get("sampler", inner.get("batch_sampler"))
    return found


def facts(loader: Any) -> dict[str, Any]:
    """The fields of a `loader` line, but for its number and place."""
    chain, dataset = samplers(loader), loader.dataset
    is_iterable = loader._dataset_kind == ITERABLE
    batch_sampler = loader.batch_sampler
    length = None if is_iterable else _length(dataset, chain)
    size, drop_last = _setting(batch_sampler, chain, "batch_size"), _setting(batch_sampler, chain, "drop_last")
    batches = None if length is None else _batches(chain, length)
    return {
        "class": type(loader).__name__,
        "dataset": type(dataset).__name__,
        "iterable": is_iterable,
        "length": length,
        "batches": batches,
        "batch_size": loader.batch_size if size is None else size,
        "drop_last": bool(loader.drop_last if drop_last is None else drop_last),
        "samplers": [type(s).__name__ for s in chain],
        "shuffle": _shuffle(chain),
        "distributed": _distributed(chain),
        "workers": loader.num_workers,
        "prefetch": loader.prefetch_factor,
        "persistent": bool(loader.persistent_workers),
        "pin_memory": bool(loader.pin_memory),
        "timeout": loader.timeout,
        "context": _context(loader) if loader.num_workers else None,
        "worker_init_fn": _name(loader.worker_init_fn),
        "collate": _name(loader.collate_fn),
        "generator": loader.generator is not None,
    } | _weights(chain)


def period(loader: Any) -> int | None:
    """After how many batches an endless iterator begins its next pass; None of one that ends."""
    chain = samplers(loader)
    if not chain or type(chain[0]).__name__ != ENDLESS:
        return None
    return _batches(chain, _length(loader.dataset, chain)) or None


def sampler_epoch(loader: Any) -> int | None:
    """The epoch that `set_epoch` has told a sampler (0 where it was never called); None without such a sampler."""
    found = [attributes(s).get("epoch") for s in samplers(loader)]
    return next((epoch for epoch in found if isinstance(epoch, int)), None)


def plain_index(index: Any) -> Any:
    """An index as plain numbers and words; None where it is something else, or lies on a device."""
    if type(index) is int or (type(index).__module__ == "numpy" and is_a(index, numbers.Integral)):
        return int(index)
    if type(index) is str:
        return index[:80]
    listed = sequence(index)
    if listed is not None and len(listed) <= 8:
        parts = [plain_index(i) for i in listed]
        return None if None in parts else parts
    if type(index).__module__ == "torch" and hasattr(index, "device") and index.is_cpu and index.numel() == 1:
        return int(index)
    return None


def pids(iterator: Any) -> list[int]:
    """The processes of an iterator's workers."""
    return [w.pid for w in getattr(iterator, "_workers", ())[:MOST_PIDS]]


def dead(iterator: Any) -> list[dict[str, Any]]:
    """The workers that have ended, and with which status (negative: by that signal)."""
    workers = enumerate(getattr(iterator, "_workers", ())[:MOST_PIDS])
    return [{"worker": n, "pid": w.pid, "status": w.exitcode} for n, w in workers if w.exitcode is not None]


def _length(dataset: Any, chain: list[Any]) -> int | None:
    """How many samples a dataset has. The dataset itself is asked only where torch's own sampler asks it for each pass."""
    known = _known_length(dataset)
    asked = bool(chain) and _counted_by_torch(chain[-1]) and attributes(chain[-1]).get("data_source") is dataset
    if known is not None or not asked:
        return known
    try:
        return len(dataset)
    except Exception:  # without a length, or with one that fails
        return None


def _known_length(value: Any) -> int | None:
    """The length of what Python, torch or numpy counts: a list, a tensor, a subset of a dataset."""
    own, kind = attributes(value), type(value)
    if kind in (list, tuple, dict, range) or (kind.__module__ in ("torch", "numpy") and getattr(value, "ndim", None)):
        return len(value)
    if not _counted_by_torch(value):
        return None
    if "cumulative_sizes" in own:  # ConcatDataset
        return next(iter((sequence(own["cumulative_sizes"]) or ())[-1:]), None)
    return _known_length(next(iter(sequence(own.get("tensors")) or ()), own.get("indices")))  # TensorDataset, Subset


def _counted_by_torch(value: Any) -> bool:
    """Whether the length of a sampler or dataset is told by code of torch's."""
    return getattr(type(value).__len__, "__module__", "") in TORCHS if hasattr(type(value), "__len__") else False


def _batches(chain: list[Any], length: int | None) -> int | None:
    """How many batches a sampler of torch's gives, that is, `len` of it, of what is known without asking anything."""
    chain = chain[1:] if chain and type(chain[0]).__name__ == ENDLESS else chain
    drawn: int | None = length
    for sampler in reversed(chain):
        own = attributes(sampler)
        if not _counted_by_torch(sampler):
            return None
        if "batch_size" in own:
            if drawn is None or not isinstance(own["batch_size"], int):
                return None
            drawn = drawn // own["batch_size"] if own.get("drop_last") else math.ceil(drawn / own["batch_size"])
        elif isinstance(own.get("num_samples", own.get("_num_samples")), int):
            drawn = own.get("num_samples", own.get("_num_samples"))
        elif "indices" in own:
            drawn = _known_length(own["indices"])
    return drawn


def _setting(batch_sampler: Any, chain: list[Any], name: str) -> Any:
    """A setting of the sampler of batches, which counts where the user has given one."""
    if batch_sampler is None:
        return None
    found = [attributes(s).get(name) for s in chain]
    return next((value for value in found if isinstance(value, int)), None)


def _shuffle(chain: list[Any]) -> bool | None:
    for sampler in chain:
        asked = attributes(sampler).get("shuffle")
        if isinstance(asked, bool):
            return asked
        if type(sampler).__name__ in SHUFFLING:
            return True
    return False if chain and type(chain[-1]).__name__ == "SequentialSampler" else None


def _weights(chain: list[Any]) -> dict[str, Any]:
    """Of torch's sampler with weights: each weight, and how many samples have it; nothing where there are many weights."""
    for sampler in chain:
        given: Any = attributes(sampler).get("weights")
        if type(sampler).__name__ != "WeightedRandomSampler" or type(sampler).__module__ not in TORCHS:
            continue
        if type(given).__module__ == "torch" and given.is_cpu and given.dim() == 1 and given.numel() <= MOST_WEIGHED:
            values, counts = given.detach().unique(return_counts=True)
            return (
                {"weights": list(zip(values.tolist(), counts.tolist(), strict=True))} if len(values) <= GROUPS else {}
            )
    return {}


def _distributed(chain: list[Any]) -> dict[str, Any] | None:
    names = ("num_replicas", "rank", "seed", "drop_last", "shuffle")
    for sampler in chain:
        inner = attributes(sampler)
        if isinstance(inner.get("num_replicas"), int):
            return {name: inner[name] for name in names if isinstance(inner.get(name), int)}
    return None


def _context(loader: Any) -> str | None:
    context = loader.multiprocessing_context or multiprocessing
    method = context.get_start_method(allow_none=True)
    return str(method or multiprocessing.get_all_start_methods()[0])


def _name(function: Any) -> str | None:
    if function is None:
        return None
    plain = function.func if type(function) is functools.partial else function
    named = plain if is_a(plain, (type, *FUNCTIONS)) else type(plain)
    return f"{named.__module__}.{named.__qualname__}"[:120]
