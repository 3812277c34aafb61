"""Runs the arms of a trial on a Ray cluster: the only file of the trials that knows Ray.

Each node runs an arm as this machine would, and leaves it in the scratch folder, from where it is read here. So the folders
of the command and the scratch must be on storage that all nodes share, under the same paths; a node that does not see them
says so before anything is run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError
from traindx.trial.arms import Bench, Done, Order, finished, run_arm

TOKEN = "shared"
THREADS = "OMP_NUM_THREADS"
"""Ray sets it for its tasks; an arm is to have the one of the process that asks, or none, wherever it runs."""


def run_on_ray(bench: Bench, orders: Sequence[Order], timeout: float, memory: int) -> list[Done]:
    """The arms, in the order given, on the cluster of RAY_ADDRESS or on one started here for the time of this process.

    An arm asks for a processor, for `memory` bytes, and for a GPU where the cluster has any.
    Raises `TraindxError` if Ray is not installed, cannot be reached, or a node does not see the folders.
    """
    ray = _cluster()
    (bench.scratch / TOKEN).write_text("seen by every node of the cluster\n")
    needs: dict[str, Any] = {"num_cpus": 1, "max_retries": 1}
    needs |= {"memory": memory} if memory else {}
    needs |= {"num_gpus": 1} if ray.cluster_resources().get("GPU", 0) else {}
    task, threads = ray.remote(**needs)(_on_node), os.environ.get(THREADS)
    waiting = [task.remote(replace(bench, deadline=0.0), order, timeout, bench.left, threads) for order in orders]
    try:
        answers = ray.get(waiting)
    except ray.exceptions.RayError as error:
        raise TraindxError(
            f"the Ray cluster lost an arm: {str(error).splitlines()[0]}", "", "--engine local"
        ) from error
    except BaseException:
        for one in waiting:
            ray.cancel(one)
        raise
    for answer in answers:
        if answer is not None:
            raise TraindxError(answer, "an arm runs where its node is", "share the folder, or --engine local")
    done = [finished(bench, order, also_stopped=True) for order in orders]
    lost = next((order.name for order, one in zip(orders, done, strict=True) if one is None), None)
    if lost is not None:
        raise TraindxError(
            f"{lost} left nothing in {bench.scratch}", "a node does not share it", "give another --scratch"
        )
    return [one for one in done if one is not None]


def _on_node(bench: Bench, order: Order, timeout: float, left: float, threads: str | None) -> str | None:
    """Run an arm on a node; why it could not be, None where it was."""
    cwd = Path(bench.setup.cwd)
    for folder, there in ((cwd, cwd.is_dir()), (bench.scratch, (bench.scratch / TOKEN).exists())):
        if not there:
            return f"a node of the cluster does not see {folder}"
    environ = {name: value for name, value in os.environ.items() if name != THREADS}
    environ |= {} if threads is None else {THREADS: threads}
    try:
        run_arm(replace(bench, deadline=time.monotonic() + left), order, timeout, environ=environ)
    except TraindxError as error:
        return str(error)
    return None


def _cluster() -> Any:
    try:
        import ray
    except ImportError as error:
        raise TraindxError("Ray is not installed", "", "pip install traindx[ray]") from error
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS")
        more: dict[str, Any] = {} if address else {"include_dashboard": False}
        try:
            ray.init(address=address, log_to_driver=False, logging_level="error", **more)
        except Exception as error:  # a node that does not start in time is told by a plain Exception
            said = (str(error) or type(error).__name__).splitlines()[0]
            raise TraindxError(
                f"no Ray cluster {'at RAY_ADDRESS' if address else 'could be started'}: {said}"
            ) from error
    return ray
