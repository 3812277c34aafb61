"""What a proof starts from: the facts about a run, and the bench on which its command is run again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from traindx.core.recording import Recording
from traindx.core.treatment import from_json
from traindx.errors import TraindxError
from traindx.examine import facts_of
from traindx.scan import scan
from traindx.trial.arms import Bench, Done, Order, make_bench, run_arm

FIRST_STEPS = 1000
"""Steps after which the first control of a command without a recording is cut."""


@dataclass(frozen=True)
class Evidence:
    """The facts to diagnose, what the report says of them in `meta`, and the first control if it was run for them."""

    bench: Bench
    facts: dict[str, Any]
    meta: dict[str, Any]
    controls: tuple[Done, ...] = ()

    @property
    def given(self) -> Recording | None:
        """The recording that the user gave."""
        return None if self.controls else self.facts.get("recording")


def evidence_of_recording(run: str | Path, scratch: Path, deadline: float) -> Evidence:
    """The evidence that a recording holds. Raises `TraindxError` if it does not name the command that made it."""
    facts, meta = facts_of(run)
    recording: Recording | None = facts.get("recording")
    made_by = recording.run if recording is not None else {}
    if recording is None or not made_by.get("command"):
        raise TraindxError(f"{run} does not say which command made it", "", "traindx prove -- COMMAND")
    since = float(made_by.get("started") or recording.start.get("time") or time.time())
    bench = make_bench(made_by["command"], Path(made_by.get("cwd", ".")), scratch, since=since, deadline=deadline)
    treatments = from_json(json.dumps(made_by.get("treatments", [])))
    return Evidence(replace(bench, treatments=treatments), facts, meta)


def evidence_of_command(
    command: Sequence[str], cwd: Path, seed: int, scratch: Path, deadline: float, tell: Callable[[str], None]
) -> Evidence:
    """The command recorded as it is, for a third of the budget: the evidence to diagnose, and the first control arm.

    Setup and dataset are the user's own, not the workspace's.
    Raises `TraindxError` if the command does not exist or never reaches a training step.
    """
    bench = make_bench(command, cwd, scratch, since=time.time(), deadline=deadline)
    limit = bench.left / 3
    tell(f"control, seed {seed}: up to {FIRST_STEPS} steps, {limit:.0f} s")
    done = run_arm(bench, Order("control", seed, FIRST_STEPS), limit)
    recording = done.run.recording
    if recording is None or (not len(recording.step) and recording.ending != "raised"):
        last = last_line(done.folder / "output.txt")
        raise TraindxError(f"the command {done.run.failed}", last, "give it more --minutes, or look at its output")
    if done.run.failed:  # stopped with its time: what it left until then is as good as a run cut by its steps
        recording = replace(recording, ending="cut")
        done = replace(done, run=replace(done.run, recording=recording, failed=None))
    facts: dict[str, Any] = {"recording": recording, "setup": bench.setup}
    meta: dict[str, Any] = {"command": list(command), "command_exit": done.exit_status}
    for path in bench.setup.datasets[:1]:
        facts["dataset"] = scan(path)
        meta["data"] = path
    return Evidence(bench, facts, meta, (done,))


def last_line(path: Path) -> str:
    """The last words of a command's output."""
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()] if path.exists() else []
    return f"its last line was: {lines[-1][:200]}" if lines else "it wrote nothing"
