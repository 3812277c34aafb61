"""Errors of loader workers: the process that trains is given only their text, so that the worker tells of them itself."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import sys
from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.raised import fields_of


class WorkerErrors(Probe):
    """Writes a `worker_error` line: what failed in a worker, at which line, for which sample and file.

    It goes through the file of `probes.workers`, which takes it over into the recording.
    """

    patches = (Patch("torch._utils", "ExceptionWrapper.__init__", after="caught"),)

    def caught(self, arguments: Arguments, named: Named, result: Any) -> None:
        """An error is about to be sent to the process that trains."""
        error, parent = sys.exc_info()[1], multiprocessing.parent_process()
        if error is None or parent is None or "torch.utils.data" not in sys.modules:
            return
        information = self.seen.torch.utils.data.get_worker_info()
        if information is None:
            return
        line = {"kind": "worker_error", "pid": os.getpid(), "worker": information.id}
        line |= fields_of(error, self.seen.frames)
        path = self.seen.journal.folder / f"workers-{parent.pid}.jsonl"
        with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
            file.write((json.dumps(line, separators=(",", ":")) + "\n").encode())
