"""Has the user's own loop do the bad step: each of its iterations becomes one trial of the step, until none is left to try.

The training script builds its model, loss, optimizer and loader as always. At the first batch that it asks for it gets the
capsule's, and when it calls the model, that is given the capsule's weights, modes, arguments and random state.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from traindx.core.capsule import open_capsule
from traindx.core.loss_names import LOSSES
from traindx.core.trials_of_replay import StepTrial, next_trial
from traindx.recorder.description import core_of
from traindx.recorder.ending import _leave
from traindx.recorder.replaying.loading import Loaded, own_state
from traindx.recorder.replaying.result import result_of
from traindx.recorder.replaying.watch import Watch, places
from traindx.recorder.source import Frames
from traindx.recorder.structure import changed, tensors_of


class Loop:
    """The trials of one process. Results are appended to the file `results`, a JSON object a line."""

    def __init__(self, capsule: Path, results: Path) -> None:
        self._loaded = Loaded(open_capsule(capsule))
        self._results = results
        lines = results.read_text().splitlines() if results.exists() else []
        self._done: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._frames = Frames(cwd=os.getcwd(), torch=os.path.dirname(torch.__file__))  # noqa: PTH109, PTH120
        self._own: dict[str, Any] | None = None
        self._trial: StepTrial | None = None
        self._watch: Watch | None = None
        self._root: Any = None
        self._names: dict[int, tuple[str, str]] = {}
        self._inside: list[Any] = []
        self._losses: list[Any] = []
        self._places: dict[int, str] = {}
        self._batch: dict[str, Any] = {}
        self._error = ""
        self._choose()

    def _choose(self) -> None:
        facts, loaded = self._loaded.capsule.facts, self._loaded
        jump = facts["what"] == "jump"
        self._trial = next_trial(self._done, batches=len(loaded.batches), samples=loaded.samples, jump=jump)
        if self._trial is None:
            self._results.with_name(self._results.name + ".done").touch()
            _leave()

    @property
    def _rows(self) -> list[int] | None:
        """The samples of the trial, None for all. One alone comes twice, as batch normalisation refuses a batch of one."""
        trial = self._trial
        if trial is None or trial.kind not in ("without", "only"):
            return None
        inside = trial.kind == "only"
        rows = [row for row in range(self._loaded.samples) if (row in trial.rows) is inside]
        return rows * 2 if len(rows) == 1 else rows

    # ---- moments ----

    def attach(self) -> None:
        """Wrap what the loop calls."""
        loader, functional = torch.utils.data.dataloader._BaseDataLoaderIter, torch.nn.functional
        loader.__next__ = self._next(loader.__next__)
        torch.nn.Module.__call__ = self._called(torch.nn.Module.__call__)
        torch.autograd.backward = self._backward(torch.autograd.backward)
        for name in LOSSES:
            setattr(functional, name, self._loss(getattr(functional, name)))
        scaler = getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler
        scaler.scale = self._scale(scaler.scale)
        autocast = torch.amp.autocast_mode.autocast
        autocast.__enter__ = self._autocast(autocast.__enter__)
        from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

        register_optimizer_step_pre_hook(lambda *_: self._updating())
        register_optimizer_step_post_hook(lambda *_: self._finish())
        atexit.register(self._finish)

    def _next(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(iterator: Any) -> Any:
            batch = original(iterator)
            if not torch.is_grad_enabled():
                return batch
            self._finish()  # a loop that accumulates, or leaves out a bad batch, comes here without a step
            if self._trial is None:
                return batch
            made = self._loaded.batch(batch, self._trial.batch, self._rows)
            return batch if made is None else made

        return wrapper

    def _called(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(module: Any, *args: Any, **kwargs: Any) -> Any:
            if not self._inside and torch.is_grad_enabled() and self._is_root(module):
                args, kwargs = self._begin(module, args, kwargs)
            self._inside.append(module)
            try:
                return original(module, *args, **kwargs)
            except Exception as error:
                self._raised(error)
                raise
            finally:
                self._inside.pop()

        return wrapper

    def _raised(self, error: Exception) -> None:
        """Note the first error of the trial, and the line that it comes from."""
        watch = self._watch
        if watch is not None and not self._error:
            self._error = f"{type(error).__name__}: {error}"[:400]
            place, _ = self._frames.raised(error.__traceback__)
            if not watch.failed and place is not None:
                watch.failed = {"path": place[0], "line": place[1], "phase": watch.phase, "error": self._error}

    def _is_root(self, module: Any) -> bool:
        """Whether this is what was trained: its class and the names and shapes of its parameters are those of the capsule."""
        if type(core_of(module)).__name__ != self._loaded.capsule.facts["model"]:
            return False
        own, saved = own_state(module), self._loaded.state
        return not saved or all(n in own and own[n].shape == t.shape for n, t in saved.items())

    def _begin(self, root: Any, args: Any, kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """The root is called: finish the trial before, and begin the next."""
        self._finish()
        trial, loaded = self._trial, self._loaded
        assert trial is not None
        self._root, self._error, self._losses = root, "", []
        if self._own is None:
            self._own = {name: t.detach().clone() for name, t in own_state(root).items()}
        for parameter in root.parameters():
            parameter.grad = None
        loaded.put_state(root, self._own if trial.kind == "own_weights" else {**self._own, **loaded.state})
        loaded.put_modes(root)
        given = {"args": args, "kwargs": kwargs}
        if trial.batch == 0:
            given = loaded.called_with(given, self._rows)
        if trial.kind == "full_precision":
            given = self._in_full_precision(root, given)
        self._name(root, given)
        loaded.put_random()
        samples = loaded.samples if self._rows is None else len(self._rows)
        self._watch = Watch(self._frames, self._where, self._name_of, samples)
        self._watch.__enter__()
        return given["args"], given["kwargs"]

    def _in_full_precision(self, root: Any, given: Any) -> Any:
        for kind in ("cuda", "cpu"):
            _switch_autocast_off(kind)
        half = (torch.float16, torch.bfloat16)
        if any(t.dtype in half for t in own_state(root).values()):
            root.float()
            given = changed(torch, given, lambda path, x: x.float() if getattr(x, "dtype", None) in half else x)
        return given

    def _autocast(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(context: Any) -> Any:
            if self._watch is not None and self._trial is not None and self._trial.kind == "full_precision":
                context._enabled = False
            return original(context)

        return wrapper

    def _scale(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Scale by one: what a scaler begins with may overflow where the scale that it had found since did not."""

        def wrapper(scaler: Any, outputs: Any) -> Any:
            if self._watch is not None:
                scaler.load_state_dict({**scaler.state_dict(), "scale": 1.0})
            return original(scaler, outputs)

        return wrapper

    def _loss(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(scores: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            saved = self._loaded.target
            if self._watch is not None and saved is not None and saved.shape == getattr(target, "shape", None):
                target = saved.to(target.device)
            return original(scores, target, *args, **kwargs)

        wrapper.__name__ = original.__name__
        return wrapper

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(tensors: Any, *args: Any, **kwargs: Any) -> Any:
            watch = self._watch
            if watch is None or watch.phase != "forward":
                return original(tensors, *args, **kwargs)
            self._losses += [tensors] if isinstance(tensors, torch.Tensor) else list(tensors)
            watch.phase, watch.backward_called = "backward", places(self._frames)
            try:
                return original(tensors, *args, **kwargs)
            finally:
                watch.phase = "update"

        return wrapper

    def _updating(self) -> None:
        if self._watch is not None:
            self._watch.phase = "update"

    def _finish(self) -> None:
        """The trial under way is over: write its result, and choose the next."""
        watch, trial = self._watch, self._trial
        if watch is None or trial is None:
            return
        with contextlib.suppress(Exception):
            watch.__exit__(None, None, None)
        self._watch = None
        error = self._error or str(watch.failed.get("error", ""))
        result = result_of(trial, watch, self._root, self._losses, error, bool(self._loaded.state))
        result["samples"] = self._loaded.samples
        self._done.append(result)
        with self._results.open("a") as file:
            file.write(json.dumps(result, default=str) + "\n")
        self._choose()

    # ---- names ----

    def _name(self, root: Any, given: Any) -> None:
        """Note what each tensor that the step is given is called, by the memory that it lies in."""
        core = core_of(root)
        self._names = {id(m): (n, type(m).__name__) for n, m in core.named_modules()}
        self._places = {}
        batches = self._loaded.batches[:1] if self._trial is None else self._loaded.batches[self._trial.batch :][:1]
        self._batch = {path: t for batch in batches for path, t in batch.items()}
        for path, tensor in tensors_of(torch, given).items():
            self._places[tensor.untyped_storage().data_ptr()] = _argument_words(path)
        for name, tensor in own_state(root).items():
            kind = "weight" if isinstance(tensor, torch.nn.Parameter) else "buffer"
            self._places[tensor.untyped_storage().data_ptr()] = f"{kind} {name}"

    def _name_of(self, tensor: Any) -> str:
        known = self._places.get(int(tensor.untyped_storage().data_ptr()))
        if known is not None:
            return known
        alike = [n for n, t in self._batch.items() if t.is_floating_point() and not bool(torch.isfinite(t).all())]
        return f"the batch ({alike[0].strip('/')})" if alike else "a tensor from outside of the step"

    def _where(self) -> tuple[str, str]:
        """The module whose call is under way: its name in the model and its class."""
        known = [self._names[id(m)] for m in self._inside if id(m) in self._names]
        return known[-1] if known else ("", type(self._inside[-1]).__name__ if self._inside else "")


def _argument_words(path: str) -> str:
    """The root's argument in words: its first one is its input."""
    kind, _, rest = path.strip("/").partition("/")
    return "the model's input" if (kind, rest) == ("args", "0") else f"the model's argument {rest}"


def _switch_autocast_off(kind: str) -> None:
    try:
        torch.set_autocast_enabled(kind, False)
    except TypeError:  # torch before 2.4 has a function for each device
        switch = torch.set_autocast_enabled if kind == "cuda" else torch.set_autocast_cpu_enabled
        switch(False)


def start(environment: Mapping[str, str]) -> None:
    """Begin in a process that was launched for a replay."""
    capsule, results = Path(environment["TRAINDX_REPLAY"]), Path(environment["TRAINDX_REPLAY_RESULTS"])
    rank = int(open_capsule(capsule).facts.get("rank") or 0)
    if int(environment.get("RANK") or 0) == rank:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
        Loop(capsule, results).attach()
