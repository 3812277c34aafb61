"""Loader workers: the states of their random generators, and their first samples, as each sees them before it begins.

A worker is another process, by fork or by spawn, and has no recording. It appends one line to `workers-PID.jsonl` in the
recording's folder (PID: the process that trains), which that process takes over into its own recording and removes.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
import zlib
from pathlib import Path
from typing import Any

from traindx.recorder import measure, randomness
from traindx.recorder.contents import inside, mapping, sequence
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.step import Step

FETCH = "torch.utils.data._utils.fetch"
LARGEST = 1 << 20
"""Bytes of lines of workers that a recording takes: with 8 workers made anew each epoch, some 500 epochs."""
ELEMENTS = 4096


class Workers(Probe):
    """Writes a `worker` line for each worker process, when it is about to make its first batch, and a `worker_drew` line when it
    has made it: the generators whose states have changed."""

    on_recorded = ("closed",)
    patches = (
        Patch(FETCH, "_MapDatasetFetcher.fetch", before="fetches", after="fetched"),
        Patch(FETCH, "_IterableDatasetFetcher.fetch", before="fetches", after="fetched"),
        Patch("torch.utils.data.dataloader", "_MultiProcessingDataLoaderIter.__init__", before="workers_start"),
    )

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._line: dict[str, Any] | None = None
        self._began: tuple[Any, dict[str, str]] | None = None
        self._told_by = 0
        self._expected = False
        self._taken = 0

    # ---- in the worker ----

    def fetches(self, arguments: Arguments, named: Named) -> None:
        """A batch is about to be made: in a worker's first one, how its generators stand."""
        if self._told_by == os.getpid() or "torch.utils.data" not in sys.modules:
            return
        information = self.seen.torch.utils.data.get_worker_info()
        if information is None:
            return
        self._told_by = os.getpid()
        dataset = information.dataset
        self._line = {"kind": "worker", "pid": os.getpid(), "worker": information.id, "seed": information.seed}
        states, held = randomness.states(self.seen.torch), randomness.held_states(self.seen.torch, dataset)
        self._began = dataset, _by_name(states, held)
        self._line |= {**states, "held": held, "dataset": type(dataset).__name__}
        self._line["threads"] = self.seen.torch.get_num_threads()
        cv2 = sys.modules.get("cv2")
        if cv2 is not None:
            self._line["cv2_threads"] = cv2.getNumThreads()
        if not hasattr(arguments[0], "dataset_iter"):
            self._tell(self._line)
            self._line = None

    def fetched(self, arguments: Arguments, named: Named, batch: Any) -> None:
        """A worker has made a batch: after the first, which generators it drew from; of an iterable dataset, a hash."""
        began, self._began = self._began, None
        if began is None or self._told_by != os.getpid():
            return
        if self._line is not None:
            self._tell({**self._line, "first": first_hash(self.seen.torch, batch)})
            self._line = None
        torch, (dataset, before) = self.seen.torch, began
        after = _by_name(randomness.states(torch), randomness.held_states(torch, dataset))
        drew = [name for name, state in after.items() if before.get(name) not in (None, state)]
        self._tell({"kind": "worker_drew", "pid": os.getpid(), "drew": drew})

    def _tell(self, line: dict[str, Any]) -> None:
        parent = multiprocessing.parent_process()
        if parent is None:
            return
        path = self._path(parent.pid)
        with contextlib.suppress(OSError):  # where the recording cannot be written, the process that trains says so
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab", buffering=0) as file:
                if file.tell() < LARGEST:
                    file.write((json.dumps(line, separators=(",", ":")) + "\n").encode())

    # ---- in the process that trains ----

    def workers_start(self, arguments: Arguments, named: Named) -> None:
        """Workers are about to be started: they will have something to tell."""
        self._expected = True

    def closed(self, step: Step) -> None:
        """Look for what workers told."""
        if step.recorded and self._expected:
            self._take()

    def no_batch(self, loader: Any, error: BaseException) -> None:
        """Look for what workers told."""
        if self._expected:
            self._take()

    def end(self) -> None:
        """Take what is left, and remove what was written outside of the recording."""
        if self._expected:
            self._take()
            path = self._path(os.getpid())
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            if not self.seen.journal.is_open:
                with contextlib.suppress(OSError):
                    path.parent.rmdir()  # fails unless it is empty: nothing else made it then

    def _take(self) -> None:
        path = self._path(os.getpid())
        if not path.exists():
            return
        whole = b""
        with contextlib.suppress(OSError), path.open("rb") as file:
            file.seek(self._taken)
            whole, _, _ = file.read().rpartition(b"\n")
        if whole:
            self._taken += len(whole) + 1
            step = self.seen.now_at
            self.seen.journal.write(*({**json.loads(line), "step": step} for line in whole.splitlines()))

    def _path(self, pid: int | None) -> Path:
        return self.seen.journal.folder / f"workers-{pid}.jsonl"


def _by_name(states: dict[str, str], held: dict[str, str]) -> dict[str, str]:
    return {**states, **{f"dataset.{path}": state for path, state in held.items()}}


def first_hash(torch: Any, batch: Any) -> str | None:
    """A hash of the first numbers or words of a batch, None where there are none. The batch lies on the host."""
    for value in _leaves(batch, 3):
        if measure.readable(torch, value) and value.device.type == "cpu":
            flat = (value if value.is_contiguous() else value[0]).detach().reshape(-1)[:ELEMENTS]
            return f"{zlib.crc32(bytes(flat.contiguous().view(torch.uint8).numpy())):08x}"
        if type(value).__module__ == "numpy" and hasattr(value, "tobytes") and value.ndim and not value.dtype.hasobject:
            return f"{zlib.crc32(value.ravel()[:ELEMENTS].tobytes()):08x}"
        if type(value) in (str, int, float):
            return f"{zlib.crc32(repr(value)[:ELEMENTS].encode()):08x}"
    return None


def _leaves(value: Any, depth: int) -> list[Any]:
    if mapping(value) is None and sequence(value) is None:
        return [value]
    return [leaf for item in inside(value)[:8] for leaf in _leaves(item, depth - 1)] if depth else []
