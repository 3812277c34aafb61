"""Runs one arm of a trial: the command in a fresh workspace, recorded, cut after its steps or when its time is over."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from traindx.core.dataset import Dataset
from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.core.treatment import Treatment, to_json
from traindx.errors import TraindxError
from traindx.inspect.setup import setup_of
from traindx.recorder.launch import run_command
from traindx.scan import scan
from traindx.scan.settings import find_settings
from traindx.trial.kept import Kept, keep, kept
from traindx.trial.outside import changed, stamps_outside
from traindx.trial.repair import repaired_copy
from traindx.trial.rules import Kind, Run
from traindx.trial.treat import arm_command, environment, folders_of, put_dataset
from traindx.trial.workspace import QUIET, Workspace, make_workspace


@dataclass(frozen=True)
class Bench:
    """What all arms of a proof share: the command, the scratch folder, when the recorded run began, when time is over.

    `since` is in epoch seconds, `deadline` in seconds of `time.monotonic`; `dataset_roots` are the folders of its datasets, and
    `treatments` those under which it was recorded: a fault that was put in stays in every arm. `edited` are texts that stand
    in place of the user's files, by path.
    """

    setup: Setup
    scratch: Path
    since: float
    deadline: float
    dataset_roots: tuple[Path, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    edited: Mapping[str, str] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds until the budget is used up."""
        return self.deadline - time.monotonic()


@dataclass(frozen=True)
class Order:
    """An arm to be run: its kind, its seed, what is undone (`treatments`, those of the causes `of`), and its length."""

    kind: Kind
    seed: int
    steps: int | None
    of: str = ""
    treatments: tuple[Treatment, ...] = ()

    @property
    def name(self) -> str:
        """The arm's folder in the scratch: the same for the same arm, so that it is found again."""
        doses = f"-{hashlib.sha256(to_json(self.treatments).encode()).hexdigest()[:6]}" if self.treatments else ""
        return f"{self.of or self.kind}{doses}-seed{self.seed}"


@dataclass(frozen=True)
class Done:
    """An arm that was run: `folder` holds its recording and output, `touched` the user's files that changed meanwhile.

    `dataset` is the repaired one where a treatment repaired it. `memory` is the most that its processes held, in bytes.
    """

    run: Run
    folder: Path
    exit_status: int | None
    dataset: Dataset | None = None
    touched: tuple[str, ...] = ()
    memory: int = 0


@dataclass
class Watch:
    """Looks at a running arm about every second: notes its memory, and ends it when `ended` says so."""

    ended: Callable[[], bool] = lambda: False
    memory: int = field(default=0, init=False)

    def __call__(self, pid: int) -> bool:
        from traindx.recorder.stacks import processes_of

        total = 0
        for process in processes_of(pid):
            try:
                total += int(process.memory_info().rss)
            except Exception:  # it has ended meanwhile
                continue
        self.memory = max(self.memory, total)
        return self.ended()


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
    bench: Bench,
    order: Order,
    timeout: float,
    *,
    watch: Watch | None = None,
    environ: Mapping[str, str] | None = None,
) -> Done:
    """Run the command once, unless this very arm was run before. Its workspace is deleted afterwards, not its recording.

    `environ` is the environment that the command is run in, by default this process'.
    Raises `TraindxError` if the workspace cannot be made or a treatment cannot be carried out.
    """
    found = finished(bench, order)
    if found is not None:
        return found
    folder, watch = bench.scratch / order.name, watch or Watch()
    shutil.rmtree(folder, ignore_errors=True)
    also = folders_of(bench.setup, bench.dataset_roots)
    workspace = make_workspace(
        Path(bench.setup.cwd), folder / "work", also=also, since=bench.since, avoid=bench.scratch
    )
    try:
        _put_edited(bench, workspace)
        _repair(bench.setup, workspace, order, folder)
        outside = stamps_outside(bench.setup, workspace.roots)
        started = time.monotonic()
        status = _run(bench, workspace, folder, order, timeout, watch, os.environ if environ is None else environ)
        seconds = time.monotonic() - started
        touched = (*workspace.touched(), *changed(outside))
    finally:
        workspace.remove()
    facts = Kept(status, seconds, timeout, touched, watch.memory)
    keep(folder, _which(bench, order), facts)
    return _read(bench, order, facts)


def finished(bench: Bench, order: Order, *, also_stopped: bool = False) -> Done | None:
    """An arm that was run already, by this proof or by one that was ended and is resumed; one that ran out of time if asked."""
    facts = kept(bench.scratch / order.name, _which(bench, order))
    if facts is None or (facts.status is None and not also_stopped):
        return None
    return _read(bench, order, facts)


def _which(bench: Bench, order: Order) -> dict[str, Any]:
    """What makes an arm this one."""
    treatments = to_json((*bench.treatments, *order.treatments))
    which = {"command": list(bench.setup.command), "steps": order.steps, "seed": order.seed, "treatments": treatments}
    return which | ({"edited": dict(bench.edited)} if bench.edited else {})


def _put_edited(bench: Bench, workspace: Workspace) -> None:
    """Write the edited texts over the copies. Raises `TraindxError` for a file that has no copy: the user's own is not touched."""
    for path, text in bench.edited.items():
        copy = workspace.copy_of(Path(path))
        if copy == Path(path):
            raise TraindxError(
                f"{path} lies outside of the folders that a trial copies", "", "run it from its own folder"
            )
        copy.unlink(missing_ok=True)  # it may be a link to the user's own file
        copy.write_text(text, encoding="utf-8")


def _run(
    bench: Bench,
    workspace: Workspace,
    folder: Path,
    order: Order,
    timeout: float,
    watch: Watch,
    environ: Mapping[str, str],
) -> int | None:
    """The exit status, None when the time was over before the command was."""
    env = {**environ, **QUIET, **environment(workspace)}
    in_process = tuple(t for t in order.treatments if t.where == "process")
    with (folder / "output.txt").open("wb") as output:
        result = run_command(
            arm_command(bench.setup, workspace, order.seed),
            folder / "recording",
            treatments=(*bench.treatments, *in_process),
            seed=order.seed,
            max_steps=order.steps,
            cwd=workspace.cwd,
            env=env,
            stdout=output,
            timeout=max(0.1, timeout),
            watch=watch,
        )
    return None if result.seconds >= timeout or watch.ended() else result.exit_status


def _repair(setup: Setup, workspace: Workspace, order: Order, folder: Path) -> None:
    """Repair every dataset that the command names, one repair after the other, in copies that stay in the arm's folder."""
    repairs = [str(t["repair"]) for t in order.treatments if t.where == "dataset"]
    for i, path in enumerate(setup.datasets if repairs else ()):
        repaired = Path(path)
        for j, repair in enumerate(repairs):
            repaired = repaired_copy(scan(str(repaired)), repair, folder / "repaired" / f"{i}-{j}")
        put_dataset(workspace, Path(path), repaired)


def _repaired(folder: Path) -> Dataset | None:
    """The first dataset of an arm as it was repaired."""
    copies = sorted((folder / "repaired").glob("0-*/data.yaml"), key=lambda path: int(path.parent.name[2:]))
    return scan(str(copies[-1])) if copies else None


def _read(bench: Bench, order: Order, facts: Kept) -> Done:
    folder = bench.scratch / order.name
    run = _judgeable(folder / "recording", Run(order.kind, order.seed, facts.seconds), facts)
    return Done(run, folder, facts.status, _repaired(folder), facts.touched, facts.memory)


def _judgeable(folder: Path, run: Run, facts: Kept) -> Run:
    """The run with its recording, or with why there is nothing to judge."""
    stopped = f"was stopped after {facts.given:.3g} s"
    try:
        recording = Recording.load(folder)
    except TraindxError:
        if facts.status is None:
            return replace(run, failed=f"{stopped}, before a training step was seen")
        return replace(run, failed=f"ended with status {facts.status} before a training step was seen")
    if lost := recording.of("treatment_failed"):
        return replace(run, recording=recording, failed=f"ran without its treatment ({lost[0].data.get('reason')})")
    steps = len(recording.step)
    if facts.status is None:
        return replace(run, recording=recording, failed=f"{stopped} and {steps} steps")
    if not steps and recording.ending != "raised":
        return replace(run, recording=recording, failed=f"ended with status {facts.status} without a training step")
    return replace(run, recording=recording)
