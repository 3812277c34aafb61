"""Starts recording in a process that `run_command` launched, right after it has imported torch."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traindx.core.treatment import from_json
from traindx.recorder.answer import answer_with_stacks, stop_answering
from traindx.recorder.attach import Attachment, attached_session
from traindx.recorder.ending import watch_endings
from traindx.recorder.session import Session


def start_from_environment(torch: Any, environment: Mapping[str, str]) -> Session | None:
    """Read the settings that `run_command` left in the environment, and attach to torch unless that is done already."""
    folder = environment.get("TRAINDX_FOLDER")
    if environment.get("TRAINDX_REPLAY"):
        from traindx.recorder.replaying.loop import start

        start(environment)
        return None
    if not folder or attached_session(torch) is not None:
        return None
    limit = environment.get("TRAINDX_MAX_STEPS")
    session = Session(
        torch,
        Path(folder),
        treatments=from_json(environment.get("TRAINDX_TREATMENTS") or "[]"),
        max_steps=int(limit) if limit else None,
    )
    if environment.get("TRAINDX_SEED"):
        seed_everything(torch, int(environment["TRAINDX_SEED"]))
    Attachment(torch, session)
    if answer_with_stacks(Path(folder)):
        session.lost = stop_answering
    watch_endings(session, always=_is_started_by_user(environment))
    return session


def _is_started_by_user(environment: Mapping[str, str]) -> bool:
    """Whether this is the command itself, or a rank that its launcher started; not a worker or child of these."""
    is_child = multiprocessing.parent_process() is not None
    return not is_child and ("RANK" in environment or environment.get("TRAINDX_LAUNCHER") == str(os.getppid()))


def seed_everything(torch: Any, seed: int) -> None:
    """Seed Python, numpy if the process has it, and torch. A seed that the user's code sets later wins."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    torch.manual_seed(seed)
