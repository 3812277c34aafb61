"""Runs the user's command again for one step, the capsule's, and gathers what the trials of that step showed."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from traindx.core.capsule import Capsule, open_capsule
from traindx.core.replay import FILE, Replay, sample_names
from traindx.errors import TraindxError
from traindx.recorder.launch import run_command
from traindx.trial.arms import make_bench
from traindx.trial.evidence import last_line
from traindx.trial.treat import environment, folders_of
from traindx.trial.workspace import QUIET, Workspace, make_workspace

MOST_STARTS = 12
"""Times that the command is started: once, and again where the training's own code ends after a loss that is not finite."""


def replay(
    path: str | Path,
    command: Sequence[str] | None = None,
    *,
    minutes: float = 10.0,
    scratch: str | Path | None = None,
    progress: Callable[[str], None] = lambda words: None,
) -> Replay:
    """Do the step of the capsule at `path` again, and leave the result as `replay.json` beside it where that can be written.

    `command` is the training's, by default the one that was recorded. It runs in copies of its folders, as trials do.
    Raises `TraindxError` if there is no capsule, or the command does not come to the step.
    """
    capsule = open_capsule(path)
    words, cwd, since = _command(capsule, command)
    deadline = time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory(prefix="traindx-replay-", dir=scratch) as home:
        bench = make_bench(words, cwd, Path(home), since=since, deadline=deadline)
        also = folders_of(bench.setup, bench.dataset_roots)
        workspace = make_workspace(cwd, Path(home) / "work", also=also, since=since, avoid=Path(home))
        results, failed = _trials(capsule, words, workspace, Path(home), deadline, progress)
    if not results:
        raise TraindxError("the command did not come to the step", failed, "does it run by itself, on this machine?")
    found = _replay(capsule, results, failed)
    try:
        (Path(capsule.path).parent / FILE).write_text(json.dumps(found.to_json()) + "\n")
    except OSError as error:
        progress(f"{FILE} could not be written: {error.strerror}")
    return found


def _command(capsule: Capsule, given: Sequence[str] | None) -> tuple[list[str], Path, float]:
    """The command, where it runs, and when the recorded run began."""
    run: dict[str, Any] = {}
    beside = Path(capsule.path).parent / "run.json"
    if beside.exists():
        run = json.loads(beside.read_text())
    cwd = Path(run.get("cwd") or capsule.facts.get("cwd") or ".")
    since = float(run.get("started") or time.time())
    if given:
        return list(given), Path.cwd(), since
    words = run.get("command") or capsule.facts.get("command")
    if not words:
        raise TraindxError("the capsule does not name its command", "", "traindx replay CAPSULE -- COMMAND")
    if not cwd.is_dir():
        raise TraindxError(f"{cwd} is no folder here", "the command ran there", "traindx replay CAPSULE -- COMMAND")
    return list(words), cwd, since


def _trials(
    capsule: Capsule,
    command: Sequence[str],
    workspace: Workspace,
    home: Path,
    deadline: float,
    progress: Callable[[str], None],
) -> tuple[list[dict[str, Any]], str]:
    """The results of all trials, and why there are no more where something went wrong."""
    results, output = home / "results.jsonl", home / "output.txt"
    lines: list[str] = []
    for start in range(MOST_STARTS):
        left = deadline - time.monotonic()
        if left <= 0:
            return _parsed(lines, workspace), "the time was over"
        progress("the command runs up to the step" if not start else "the command runs again for the remaining trials")
        env = {
            **os.environ,
            **QUIET,
            **environment(workspace),
            "TRAINDX_REPLAY": str(Path(capsule.path).resolve()),
            "TRAINDX_REPLAY_RESULTS": str(results),
            "TORCHDYNAMO_DISABLE": "1",
        }
        with output.open("wb") as stream:
            done = run_command(
                [workspace.translate(word) for word in command],
                home / f"start-{start}",
                cwd=workspace.cwd,
                env=env,
                stdout=stream,
                timeout=left,
            )
        before, lines = len(lines), results.read_text().splitlines() if results.exists() else []
        if (results.with_name("results.jsonl.done")).exists():
            return _parsed(lines, workspace), ""
        if len(lines) == before:
            return _parsed(lines, workspace), last_line(output) or f"it ended with status {done.exit_status}"
    return _parsed(lines, workspace), "the command was started too often"


def _parsed(lines: Sequence[str], workspace: Workspace) -> list[dict[str, Any]]:
    """The results, with the user's own paths in place of the copies' (a path holds nothing that JSON would escape otherwise)."""
    return [json.loads(workspace.original(line)) for line in lines]


def _replay(capsule: Capsule, results: list[dict[str, Any]], failed: str) -> Replay:
    samples = int(results[0].get("samples") or 0)
    names = sample_names(capsule.facts, samples)
    batches = len({name.split("/")[0] for name in capsule.below("batch/")})
    return Replay(capsule.path, dict(capsule.facts), tuple(results), samples, failed, batches, names)
