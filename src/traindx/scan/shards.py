"""Runs a pure function over shards of a list: in threads, in processes or on a Ray cluster, always with the same result."""

from __future__ import annotations

import os
import signal
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias, TypeVar

from traindx.errors import TraindxError
from traindx.scan.memory import keep_freed_memory

Item = TypeVar("Item")
Result = TypeVar("Result")
Engine: TypeAlias = Literal["threads", "processes", "ray"]
Window: TypeAlias = tuple[Callable[[Any], Any], Callable[[Any], Any], int]
"""How to hand out a shard, how to wait for what that gave, and how many may be out at a time."""

AHEAD = 4
"""Shards handed out per worker: enough that none waits for the slowest, few enough that memory stays flat. A guess."""

RETRIES = 10
"""How often a Ray task is done again when the node that had it is lost. A guess: Ray's default of 3 is for whole programs."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over_shards(
    function: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    size: int,
    workers: int | None = None,
    engine: Engine = "threads",
) -> Iterator[Result]:
    """`function` of each shard of `size` items, in the order of `items`, as they are done.

    `workers` (default: one per core; of a Ray cluster, all its cores) bounds how many run at a time. Decoders release the
    interpreter's lock, so that threads scale with the cores. Processes and Ray pickle `function`, its items and results;
    for Ray, the package must be installed on every node, and paths must mean the same there. Leaving the iterator early
    abandons what has not begun. Raises `TraindxError` if Ray is not there or a worker process dies.
    """
    shards = (items[i : i + size] for i in range(0, len(items), size))
    if engine == "ray":
        yield from _windowed(shards, _ray(function, workers))
        return
    if engine == "threads" and (workers == 1 or len(items) <= size):
        with _unwarned():
            yield from map(function, shards)
        return
    count = workers or cores()
    pool = ThreadPoolExecutor(count) if engine == "threads" else _processes(count)
    # Pillow warns of large pictures through `warnings`, whose filters belong to the process: set here, once, for all threads.
    with _unwarned(), _abandoned(pool):
        try:
            yield from _windowed(shards, (lambda s: pool.submit(function, s), lambda f: f.result(), AHEAD * count))
        except BrokenExecutor as error:
            raise TraindxError(
                "a worker process died",
                "out of memory, or a decoder crashed on a picture",
                "--workers 1, or --engine threads",
            ) from error


def _windowed(shards: Iterator[Any], window: Window) -> Iterator[Any]:
    hand_out, wait_for, most = window
    out: deque[Any] = deque()
    for shard in shards:
        out.append(hand_out(shard))
        if len(out) >= most:
            yield wait_for(out.popleft())
    while out:
        yield wait_for(out.popleft())


@contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _abandoned(pool: Executor) -> Iterator[None]:
    """On the way out nothing more is begun: an interruption waits only for the shards in work."""
    try:
        yield
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _processes(count: int) -> Executor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # `spawn`: a fork of a process with threads can hang, and not every system has it
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In a worker process: warnings stay unsaid, Ctrl-C is the main process' business, freed memory is kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()
    warnings.simplefilter("ignore")


def _ray(function: Callable[[Any], Any], workers: int | None) -> Window:
    """On the cluster of RAY_ADDRESS, or on one started here for the time of this process."""
    try:
        import ray
    except ImportError as error:
        raise TraindxError("Ray is not installed", hint="pip install traindx[ray]") from error
    if not ray.is_initialized():
        try:
            ray.init(
                address=os.environ.get("RAY_ADDRESS"),
                log_to_driver=False,
                logging_level="error",
                **({} if os.environ.get("RAY_ADDRESS") else {"include_dashboard": False}),
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise TraindxError(f"no Ray cluster at RAY_ADDRESS: {str(error).splitlines()[0]}") from error
    task = ray.remote(num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD")(_quietly)
    shared = ray.put(function)
    count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))

    def wait_for(reference: Any) -> Any:
        try:
            return ray.get(reference)
        except ray.exceptions.RayError as error:
            if isinstance(error, ray.exceptions.RayTaskError) and isinstance(error.cause, TraindxError):
                raise error.cause from error
            raise TraindxError(f"the Ray cluster lost a part of the scan: {str(error).splitlines()[0]}") from error

    return (lambda shard: task.remote(shared, shard)), wait_for, AHEAD * count


def _quietly(function: Callable[[Sequence[Item]], Result], shard: Sequence[Item]) -> Result:
    with _unwarned():
        return function(shard)
