"""What else watches a training, each as it is meant to be used but at every step, as a context around the training.

Each takes the work and returns the step to call instead. What is not installed raises ImportError.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

import torch
from bench.overhead.work import Work

Peer: TypeAlias = Callable[[Work], AbstractContextManager[Callable[[], Any]]]


@contextmanager
def naive(work: Work) -> Iterator[Callable[[], Any]]:
    """Hooks as people write them: the mean of each layer's output, and each gradient's norm, taken to the host at once."""
    seen: list[float] = []

    def hook(module: Any, arguments: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor):
            seen.append(output.mean().item())

    handles = [module.register_forward_hook(hook) for module in work.model.modules()]

    def step() -> None:
        seen.clear()
        work.step()
        seen.extend(p.grad.norm().item() for p in work.model.parameters() if p.grad is not None)

    yield step
    for handle in handles:
        handle.remove()


@contextmanager
def detect_anomaly(work: Work) -> Iterator[Callable[[], Any]]:
    """`torch.autograd.set_detect_anomaly`."""
    torch.autograd.set_detect_anomaly(True)
    try:
        yield work.step
    finally:
        torch.autograd.set_detect_anomaly(False)


@contextmanager
def wandb_watch(work: Work) -> Iterator[Callable[[], Any]]:
    """`wandb.watch(log="all", log_freq=1)` with `wandb.log` at each step, offline."""
    import wandb

    os.environ["WANDB_SILENT"] = "true"
    with tempfile.TemporaryDirectory() as home:
        run = wandb.init(mode="offline", dir=home, project="overhead")
        wandb.watch(work.model, log="all", log_freq=1)

        def step() -> None:
            run.log({"loss": float(work.step().detach())})

        try:
            yield step
        finally:
            wandb.unwatch(work.model)
            run.finish()


@contextmanager
def smdebug_hook(work: Work) -> Iterator[Callable[[], Any]]:
    """smdebug's hook: norms and means of weights, gradients and layers' outputs at each step."""
    os.environ["SMDEBUG_LOG_LEVEL"] = "off"
    with contextlib.redirect_stdout(sys.stderr):
        import smdebug.pytorch as smd
    with tempfile.TemporaryDirectory() as home:
        hook = smd.Hook(
            out_dir=f"{home}/out",
            save_config=smd.SaveConfig(save_interval=1),
            reduction_config=smd.ReductionConfig(reductions=["mean"], norms=["l2"]),
            include_collections=["weights", "gradients", "biases"],
            include_regex=[".*output.*"],
        )
        hook.register_module(work.model)
        try:
            yield work.step
        finally:
            hook.close()
            hook._cleanup()


@contextmanager
def cockpit_economy(work: Work) -> Iterator[Callable[[], Any]]:
    """Cockpit's economy configuration at every step; it needs the loss of each sample, through BackPACK."""
    from backpack import extend
    from cockpit import Cockpit
    from cockpit.utils.configuration import configuration

    if work.target is None:
        raise RuntimeError("needs a loss module over a batch, which a detector's loss is not")
    model = extend(work.model)
    mean, each = extend(torch.nn.CrossEntropyLoss()), torch.nn.CrossEntropyLoss(reduction="none")
    cockpit = Cockpit(model.parameters(), quantities=configuration("economy"))
    count = [0]

    def step() -> None:
        work.optimizer.zero_grad()
        scores = model(work.inputs)
        loss, losses = mean(scores, work.target), each(scores, work.target)
        info = {"batch_size": len(work.target), "individual_losses": losses, "loss": loss, "optimizer": work.optimizer}
        with cockpit(count[0], info=info):
            loss.backward(create_graph=cockpit.create_graph(count[0]))
        work.optimizer.step()
        count[0] += 1

    yield step


PEERS: dict[str, Peer] = {
    "naive hooks": naive,
    "detect_anomaly": detect_anomaly,
    "wandb.watch": wandb_watch,
    "smdebug hook": smdebug_hook,
    "Cockpit": cockpit_economy,
}
