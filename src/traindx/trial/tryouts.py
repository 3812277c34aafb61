"""Trials of their own on the user's unchanged command: the rate swept, a few samples again and again, larger batches."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from traindx.core.recording import Recording
from traindx.core.report import Report
from traindx.core.treatment import Treatment, from_json
from traindx.core.tryout import BatchFit, Overfit, RangeTest, Tryouts, batch_fit, overfit, range_test
from traindx.core.tryout_words import tryouts_overview
from traindx.errors import TraindxError
from traindx.examine import judge as judge_facts
from traindx.trial.arms import Done, Order, make_bench, run_arm
from traindx.trial.evidence import last_line
from traindx.trial.grounds import Grounds
from traindx.trial.resuming import Asked, begin
from traindx.trial.twins import SECONDS, open_still, steps_in, twins_of

Try = Literal["lr-range", "overfit", "batch-fit", "twins"]
KINDS: tuple[Try, ...] = get_args(Try)

FEWEST = 40
"""Steps without which there is no sweep: five a decade. A guess."""

LOW, HIGH, SWEEP = 1e-7, 10.0, 120
"""Rates and steps of a sweep (Smith 2017 takes some hundred steps; 15 a decade suffice for a factor of two)."""

SAMPLES, HEART = 16, 200
"""Samples that are to be learned by heart, and steps for that. Guesses."""

FIRST = 60
"""Steps of the first run of a command of which there is no recording."""

BARE = 2.0**28
"""Bytes that a process holds which has imported torch and trains nothing: a guess until two batches were measured."""

LARGEST_ARMS = 6
"""Batch sizes that are measured at most."""


def try_out(
    which: Sequence[Try],
    run: str | Path | None = None,
    *,
    command: Sequence[str] | None = None,
    minutes: float = 10,
    seeds: Sequence[int] = (0,),
    memory: float | None = None,
    scratch: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Try out a recorded run's command, or a `command`, and diagnose the run with what that showed.

    `memory` [bytes] is what batches are to fit in: by default the device's, without one what the host has free. Nothing of the
    user's is written to: arms run in copies below a new folder in `scratch`. Raises `TraindxError` if there is nothing to
    run, the command never trains, or a tryout cannot be read (too few steps, no DataLoader).
    """
    tell = progress or (lambda line: None)
    deadline = time.monotonic() + 60 * minutes
    wanted = tuple(map(int, seeds)) or (0,)
    home = begin(
        Asked(
            None if run is None else str(run), None if command is None else tuple(command), str(Path.cwd()), (), wanted
        ),
        scratch,
    )
    grounds = _of_recording(Path(run), home, deadline, tell, wanted) if run is not None else None
    grounds = grounds or _of_command(command or (), home, deadline, tell, wanted)
    found = Tryouts()
    for kind in dict.fromkeys(which):
        if kind == "lr-range":
            found = replace(found, range=sweep(grounds))
        elif kind == "overfit":
            found = replace(found, overfit=found.overfit or by_heart(grounds))
        elif kind == "twins":
            found = replace(found, twins=twins_of(grounds))
            if found.twins is not None and open_still(found.twins) and found.overfit is None:
                found = replace(found, overfit=by_heart(grounds, most=steps_in(grounds.recording, 3 * SECONDS)))
        else:
            found = replace(found, fit=largest_batch(grounds, memory))
    facts: dict[str, Any] = {"recording": grounds.recording, "setup": grounds.bench.setup, "tryouts": found}
    meta = {
        "command": list(grounds.bench.setup.command),
        "tried": list(which),
        "scratch": str(home),
        "minutes": minutes,
    }
    report = judge_facts(facts, meta=meta)
    return replace(report, overview=(*tryouts_overview(found), *report.overview))


def sweep(grounds: Grounds) -> RangeTest:
    """The learning rate range test, once for each seed."""
    steps = min(SWEEP, _length(grounds.recording) or SWEEP)
    if steps < FEWEST:
        why = f"the run makes {steps} optimizer steps, and a sweep needs {FEWEST}"
        raise TraindxError(
            why, "its rate rises from step to step", "give the command more epochs, or fewer batches a step"
        )
    rates = [LOW * (HIGH / LOW) ** (i / max(1, steps - 1)) for i in range(steps)]
    treatment = Treatment(
        "lr_range", "process", (("low", LOW), ("high", HIGH), ("steps", steps)), f"rate from {LOW:g} to {HIGH:g}"
    )
    done = [grounds.arm("lr-range", seed, steps, treatment) for seed in grounds.seeds]
    rows = [[*losses(d, steps), *([math.inf] if _raised(d) else [])] for d in done]
    reached = min((len(row) for row, d in zip(rows, done, strict=True) if not _raised(d)), default=steps)
    own, planned = usual_rate(grounds.recording), _planned(grounds.recording)
    found = range_test(rates[:reached], rows, own=own, steps=planned)  # a command that ends earlier breaks nothing
    if found is None:
        raise TraindxError(
            f"the sweep saw too few losses: {_why(done[0])}", "it needs twenty steps before the loss breaks", ""
        )
    return found


def by_heart(grounds: Grounds, most: int = HEART) -> Overfit:
    """The training on its first samples again and again, for at most so many steps."""
    treatment = Treatment("first_batches", "process", (("samples", SAMPLES),), f"the first {SAMPLES} samples alone")
    done = grounds.arm("overfit", grounds.seeds[0], min(most, HEART, _length(grounds.recording) or HEART), treatment)
    recording = done.run.recording
    kept = recording.of("first_batches") if recording is not None else []
    if recording is None or not kept:
        why = _why(done) if recording is None else "no batch came from a torch DataLoader"
        raise TraindxError(f"nothing could be kept: {why}", "the first batches of a loader are trained on", "")
    last = kept[-1].data
    floor, chance = _floor(recording)
    found = overfit(losses(done, 10**6), int(last["samples"]), int(last["batches"]), floor=floor, chance=chance)
    if found is None:
        raise TraindxError(f"too few steps to learn from: {_why(done)}", "twenty are needed", "give it more --minutes")
    return found


def largest_batch(grounds: Grounds, memory: float | None) -> BatchFit:
    """Batches made of the training's first one, doubled until one does not fit or the forecast says that it would not."""
    measured: dict[int, float] = {}
    failed: list[int] = []
    samples, own, limit, where = 0, 0, memory or math.inf, "host"
    for _ in range(LARGEST_ARMS):
        treatment = Treatment("batch_of", "process", (("samples", samples),), f"batch {samples or 'as it is'}")
        done = grounds.arm("batch-fit", grounds.seeds[0], 2, treatment)
        peaks = done.run.recording.of("peak_memory") if done.run.recording is not None else []
        if len(peaks) < 2:
            if not measured:
                raise TraindxError(
                    f"no batch could be measured: {_why(done)}", last_line(done.folder / "output.txt"), ""
                )
            failed.append(samples)
            break
        data = peaks[-1].data
        own, where = own or int(data["own"]), "device" if "device" in data else "host"
        limit = memory or float(data.get("device_memory") or _free(grounds.recording, done.run.recording))
        measured[int(data["samples"])] = float(data.get("device") or data["host"])
        samples = _next(own, measured, limit)
        if not samples:
            break
    return batch_fit(own, sorted(measured.items()), failed, limit, where)


def _next(own: int, measured: dict[int, float], limit: float) -> int:
    """The next size: four times the largest, or twice, while that is forecast to fit, else the forecast's own; 0 to end."""
    largest = max(measured)
    if measured[largest] > limit:
        return largest // 2 if len(measured) < 2 and largest > 1 else 0
    points = [(0, min(BARE, measured[largest]))] if len(measured) < 2 else []
    fit = batch_fit(own, [*points, *sorted(measured.items())], (), limit, "")
    for times in (4, 2):
        if fit.base + fit.per_sample * times * largest <= 0.9 * limit:
            return times * largest
    return fit.largest if largest < fit.largest and fit.largest not in measured else 0


def losses(done: Done, steps: int) -> list[float]:
    """The losses of an arm, one a step from the first, as far as it got; those that a training does not show are nan."""
    recording = done.run.recording
    if recording is None or not len(recording.step):
        return []
    row = np.full(min(steps, int(recording.step[-1]) + 1), np.nan)
    inside = recording.step < len(row)
    row[recording.step[inside]] = recording.loss[inside]
    known = np.flatnonzero(~np.isnan(row))
    return [float(v) for v in row[: known[-1] + 1]] if len(known) else []


def usual_rate(recording: Recording) -> float | None:
    """The rate at which the run trains for most of its steps."""
    rates = recording.lr[np.isfinite(recording.lr)]
    return float(np.median(rates)) if len(rates) else None


def _of_recording(
    run: Path, home: Path, deadline: float, tell: Callable[[str], None], seeds: tuple[int, ...]
) -> Grounds:
    recording = Recording.load(run)
    made = recording.run
    if not made.get("command"):
        raise TraindxError(f"{run} does not say which command made it", "", "traindx prove --try ... -- COMMAND")
    since = float(made.get("started") or time.time())
    bench = make_bench(made["command"], Path(made.get("cwd", ".")), home, since=since, deadline=deadline)
    given = from_json(json.dumps(made.get("treatments", [])))
    return Grounds(replace(bench, treatments=given), recording, tell, seeds)


def _of_command(
    command: Sequence[str], home: Path, deadline: float, tell: Callable[[str], None], seeds: tuple[int, ...]
) -> Grounds:
    if not command:
        raise TraindxError("there is nothing to run", "", "traindx prove --try lr-range -- python train.py")
    bench = make_bench(command, Path.cwd(), home, since=time.time(), deadline=deadline)
    tell(f"the command as it is: {FIRST} steps")
    done = run_arm(bench, Order("control", seeds[0], FIRST), bench.left / 2)
    recording = done.run.recording
    if recording is None or not len(recording.step):
        last = last_line(done.folder / "output.txt")
        raise TraindxError(
            f"the command {done.run.failed or 'ended'} before a training step", last, "run it by itself first"
        )
    return Grounds(bench, recording, tell, seeds)


def _length(recording: Recording) -> int | None:
    """How many steps the command makes, where it is known to end with them."""
    return int(recording.step[-1]) + 1 if recording.ending == "finished" and len(recording.step) else None


def _planned(recording: Recording) -> int:
    """Steps of the run, as far as they were seen: a run that was cut makes at least these."""
    return int(recording.step[-1]) + 1 if len(recording.step) else 1


def _floor(recording: Recording) -> tuple[float, float | None]:
    """The least that the loss can be, and the loss of guessing: known for cross entropy, with label smoothing too."""
    found = (d["loss_call"] for d in recording.details.values() if d.get("loss_call"))
    call: dict[str, Any] = next(found, {})
    classes, smoothing = call.get("classes"), float(call.get("label_smoothing") or 0.0)
    if call.get("name") != "cross_entropy" or not classes or classes < 2 or not 0 < smoothing < 1:
        return 0.0, recording.chance
    rest = smoothing / classes
    right = 1 - smoothing + rest
    return -right * math.log(right) - (classes - 1) * rest * math.log(rest), recording.chance


def _free(*recordings: Recording | None) -> float:
    """Memory that the host had free when training began, plus what the process held itself; within the group's limit."""
    for recording in recordings:
        lines = recording.lines if recording is not None else {}
        used = next(iter(lines.get("resources", ())), {})
        machine = next(iter(lines.get("machine", ())), {})
        if used.get("available"):
            free = float(used["available"]) + float(used.get("rss") or 0)
            return min(free, float(machine.get("memory_limit") or math.inf))
    return math.inf


def _raised(done: Done) -> bool:
    return done.run.recording is not None and done.run.recording.ending == "raised"


def _why(done: Done) -> str:
    return done.run.failed or ("it raised" if _raised(done) else "it ended early")
