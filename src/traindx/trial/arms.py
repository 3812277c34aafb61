"""Runs one arm of a trial: the command in a fresh workspace, recorded, cut after its steps or when its time is over."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.treatment import Treatment
from traindx.errors import TraindxError
from traindx.inspect.setup import setup_of
from traindx.recorder.launch import run_command
from traindx.scan import scan
from traindx.scan.settings import find_settings
from traindx.trial.judge import Kind, Run
from traindx.trial.repair import repaired_copy
from traindx.trial.treat import arm_command, environment, folders_of, put_dataset
from traindx.trial.workspace import QUIET, Workspace, make_workspace


@dataclass(frozen=True)
class Bench:
    """What all arms of a proof share: the command, the scratch folder, when the recorded run began, when time is over.

    `since` is in epoch seconds, `deadline` in seconds of `time.monotonic`; `dataset_roots` are the folders of its datasets, and
    `treatments` those under which it was recorded: a fault that was put in stays in every arm.
    """

    setup: Setup
    scratch: Path
    since: float
    deadline: float
    dataset_roots: tuple[Path, ...] = ()
    treatments: tuple[Treatment, ...] = ()

    @property
    def left(self) -> float:
        """Seconds until the budget is used up."""
        return self.deadline - time.monotonic()


@dataclass(frozen=True)
class Done:
    """An arm that was run: `folder` holds its recording and output, `touched` the user's files that changed meanwhile.

    `dataset` is the repaired one where the treatment repaired it.
    """

    run: Run
    folder: Path
    exit_status: int | None
    dataset: Dataset | None = None
    touched: tuple[str, ...] = ()


def make_bench(command: Sequence[str], cwd: Path, scratch: Path, *, since: float, deadline: float) -> Bench:
    """The bench for a command."""
    setup = setup_of(command, cwd)
    roots = []
    for dataset in setup.datasets:
        try:
            roots.append(find_settings(Path(dataset), cwd).root)
        except TraindxError:
            continue
    return Bench(setup, scratch.resolve(), since, deadline, tuple(roots))


def run_arm(
    bench: Bench, name: str, kind: Kind, seed: int, *, treatment: Treatment | None, steps: int | None, timeout: float
) -> Done:
    """Run the command once. `name` is the arm's folder in the scratch; its workspace is deleted afterwards, not its recording.

    Raises `TraindxError` if the workspace cannot be made or the treatment cannot be carried out.
    """
    folder = bench.scratch / name
    also = folders_of(bench.setup, bench.dataset_roots)
    workspace = make_workspace(
        Path(bench.setup.cwd), folder / "work", also=also, since=bench.since, avoid=bench.scratch
    )
    try:
        dataset = _repair(bench.setup, workspace, treatment)
        started = time.monotonic()
        status = _run(bench, workspace, folder, treatment, seed, steps, timeout)
        seconds = time.monotonic() - started
        touched = tuple(workspace.touched())
    finally:
        workspace.remove()
    run = _read(folder / "recording", Run(kind, seed, seconds), status, timeout)
    return Done(run, folder, status, dataset, touched)


def _run(
    bench: Bench,
    workspace: Workspace,
    folder: Path,
    treatment: Treatment | None,
    seed: int,
    steps: int | None,
    timeout: float,
) -> int | None:
    """The exit status, None when the time was over before the command was."""
    env = {**os.environ, **QUIET, **environment(workspace)}
    in_process = (treatment,) if treatment is not None and treatment.where == "process" else ()
    with (folder / "output.txt").open("wb") as output:
        result = run_command(
            arm_command(bench.setup, workspace, seed),
            folder / "recording",
            treatments=(*bench.treatments, *in_process),
            seed=seed,
            max_steps=steps,
            cwd=workspace.cwd,
            env=env,
            stdout=output,
            timeout=max(0.1, timeout),
        )
    return None if result.seconds >= timeout else result.exit_status


def _repair(setup: Setup, workspace: Workspace, treatment: Treatment | None) -> Dataset | None:
    """Repair every dataset that the command names, in the workspace, if that is the treatment. Returns the first one."""
    if treatment is None or treatment.where != "dataset":
        return None
    first = None
    for i, path in enumerate(setup.datasets):
        repaired = repaired_copy(scan(path), str(treatment["repair"]), workspace.home / "repaired" / str(i))
        put_dataset(workspace, Path(path), repaired)
        first = first or scan(repaired)
    return first


def _read(folder: Path, run: Run, status: int | None, timeout: float) -> Run:
    try:
        recording = Recording.load(folder)
    except TraindxError:
        if status is None:
            return replace(run, failed=f"was stopped after {timeout:.3g} s, before a training step was seen")
        return replace(run, failed=f"ended with status {status} before a training step was seen")
    steps = len(recording.step)
    if status is None:
        return replace(run, recording=recording, failed=f"was stopped after {timeout:.3g} s and {steps} steps")
    if not steps and recording.ending != "raised":
        return replace(run, recording=recording, failed=f"ended with status {status} without a training step")
    return replace(run, recording=recording)
