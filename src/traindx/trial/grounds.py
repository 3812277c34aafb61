"""What a tryout starts from: the command's bench, the run as it was, and how one more arm of it is run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from traindx.core.recording import Recording
from traindx.core.treatment import Treatment
from traindx.errors import TraindxError
from traindx.trial.arms import Bench, Done, Order, run_arm


@dataclass(frozen=True)
class Grounds:
    """What a tryout starts from: the bench, the run as it was, how to say what is done, and the seeds."""

    bench: Bench
    recording: Recording
    tell: Callable[[str], None]
    seeds: tuple[int, ...]

    def arm(
        self, of: str, seed: int, steps: int, treatment: Treatment, *more: Treatment, compiled: bool = True
    ) -> Done:
        """Run one arm; not `compiled`: torch.compile does nothing in it. Raises `TraindxError` when the time is over."""
        if self.bench.left < 1:
            raise TraindxError("the time is over", f"before {of} was done", "give it more --minutes")
        self.tell(f"{of}, seed {seed}: {steps} steps, {self.bench.left:.0f} s left")
        environ = None if compiled else {**os.environ, "TORCHDYNAMO_DISABLE": "1"}
        order = Order("undone", seed, steps, of, (treatment, *more))
        return run_arm(self.bench, order, self.bench.left, environ=environ)
