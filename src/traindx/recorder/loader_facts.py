"""What a loader is, read from its attributes. Nothing is drawn, and no length is asked for that could cost or change
anything: a sampler of the user's own may make its batches to tell how many they are."""

from __future__ import annotations

import multiprocessing
import numbers
from typing import Any

SHUFFLING = ("RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler", "SeedableRandomSampler")
ENDLESS = "_RepeatSampler"
"""Repeats the sampler in it without end, so that workers live on: Ultralytics' and YOLOv5's InfiniteDataLoader and timm's
MultiEpochsDataLoader have it by this name."""
ITERABLE = 1
"""`torch.utils.data._DatasetKind.Iterable`."""
MOST_PIDS = 64


def samplers(loader: Any) -> list[Any]:
    """The loader's sampler of batches (of indices, without automatic batching) and those inside it, outermost first."""
    found: list[Any] = []
    item = loader.sampler if loader.batch_sampler is None else loader.batch_sampler
    while item is not None and len(found) < 5:
        found.append(item)
        inner = getattr(item, "__dict__", {})
        item = inner.get("sampler", inner.get("batch_sampler"))
    return found


def facts(loader: Any) -> dict[str, Any]:
    """The fields of a `loader` line, but for its number and place."""
    chain, dataset = samplers(loader), loader.dataset
    is_iterable = loader._dataset_kind == ITERABLE
    batch_sampler = loader.batch_sampler
    length = None if is_iterable else _length(dataset)
    size, drop_last = _setting(batch_sampler, chain, "batch_size"), _setting(batch_sampler, chain, "drop_last")
    batches = None if length is None else _batches(chain)
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
    }


def period(loader: Any) -> int | None:
    """After how many batches an endless iterator begins its next pass; None of one that ends."""
    chain = samplers(loader)
    endless = bool(chain) and type(chain[0]).__name__ == ENDLESS
    return (_batches(chain) or None) if endless else None


def sampler_epoch(loader: Any) -> int | None:
    """The epoch that `set_epoch` has told a sampler (0 where it was never called); None without such a sampler."""
    found = [getattr(s, "__dict__", {}).get("epoch") for s in samplers(loader)]
    return next((epoch for epoch in found if isinstance(epoch, int)), None)


def plain_index(index: Any) -> Any:
    """An index as plain numbers and words; None where it is something else, or lies on a device."""
    if isinstance(index, numbers.Integral):
        return int(index)
    if isinstance(index, str):
        return index[:80]
    if isinstance(index, (tuple, list)) and len(index) <= 8:
        parts = [plain_index(i) for i in index]
        return None if None in parts else parts
    if hasattr(index, "device") and index.device.type == "cpu" and index.numel() == 1:
        return int(index)
    return None


def pids(iterator: Any) -> list[int]:
    """The processes of an iterator's workers."""
    return [w.pid for w in getattr(iterator, "_workers", ())[:MOST_PIDS]]


def dead(iterator: Any) -> list[dict[str, Any]]:
    """The workers that have ended, and with which status (negative: by that signal)."""
    workers = enumerate(getattr(iterator, "_workers", ())[:MOST_PIDS])
    return [{"worker": n, "pid": w.pid, "status": w.exitcode} for n, w in workers if w.exitcode is not None]


def _length(dataset: Any) -> int | None:
    try:
        return len(dataset)
    except Exception:  # without a length, or with one that fails
        return None


def _batches(chain: list[Any]) -> int | None:
    """The length of torch's own sampler of batches."""
    for sampler in chain:
        if type(sampler).__module__ == "torch.utils.data.sampler":
            return _length(sampler)
        if type(sampler).__name__ != ENDLESS:
            return None
    return None


def _setting(batch_sampler: Any, chain: list[Any], name: str) -> Any:
    """A setting of the sampler of batches, which counts where the user has given one."""
    if batch_sampler is None:
        return None
    found = [getattr(s, "__dict__", {}).get(name) for s in chain]
    return next((value for value in found if isinstance(value, int)), None)


def _shuffle(chain: list[Any]) -> bool | None:
    for sampler in chain:
        asked = getattr(sampler, "__dict__", {}).get("shuffle")
        if isinstance(asked, bool):
            return asked
        if type(sampler).__name__ in SHUFFLING:
            return True
    return False if chain and type(chain[-1]).__name__ == "SequentialSampler" else None


def _distributed(chain: list[Any]) -> dict[str, Any] | None:
    names = ("num_replicas", "rank", "seed", "drop_last", "shuffle")
    for sampler in chain:
        inner = getattr(sampler, "__dict__", {})
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
    plain = getattr(function, "func", function)  # of a partial
    name = getattr(plain, "__qualname__", type(plain).__qualname__)
    return f"{getattr(plain, '__module__', '')}.{name}"[:120]
