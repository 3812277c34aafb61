"""Twins of a batch: the training's own step done again with one thing changed, before it learns and after some steps.

The first batches are held back from the training. Each twin is one iteration of the user's own loop on one of them, from the
same weights, buffers and random state; optimizers do not step in it. In between the training goes on as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from traindx.core.treatment import Argument
from traindx.core.twin_plan import Seen, Trial, planned, wanted_batches
from traindx.recorder.batch_structure import cloned
from traindx.recorder.description import core_of
from traindx.recorder.measure import first_tensor
from traindx.recorder.treater import Change, StepTreater, Training
from traindx.recorder.treating.modes import DROPOUTS
from traindx.recorder.twin_batch import samples_of, twin_of
from traindx.recorder.twin_norms import TwinNorms
from traindx.recorder.twin_state import TwinState, own_state

LOADER = "torch.utils.data.dataloader"
LAST = Trial("last", "later")
"""In the place of the batch after the last twin."""


class Twins(StepTreater):
    """Twins of the first batches at the beginning and after `steps` steps; then the run is over."""

    name = "twins"
    changes = (
        *StepTreater.changes,
        Change(LOADER, "_BaseDataLoaderIter.__next__", "next_batch"),
        Change(LOADER, "_BaseDataLoaderIter._next_index", "next_index"),
        Change("torch.autograd", "backward", "backward"),
        Change("torch.amp.autocast_mode", "autocast.__enter__", "autocast"),
        Change("torch.nn.functional", "batch_norm", "batch_norm"),
        *(Change("torch.nn.functional", name, "drop") for name in DROPOUTS),
    )

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._state, self._norms = TwinState(self.torch), TwinNorms(self.torch)
        self._armed = self._backward_seen = self._told = False
        self._moment, self._trial, self._steps = "first", None, 0
        self._iterator: Any = None
        self._indices: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()
        self._half, self._drops, self._samples, self._colours, self._floats = "", 0, 0, False, True
        self._losses: list[float] = []
        self._loss, self._gradient = 0.0, {}
        self._fresh()

    _trial: Trial | None
    _gradient: dict[str, Any]

    def _fresh(self) -> None:
        """Forget what was held back: nothing was trained with it yet."""
        self._held: list[Any] = []
        self._queue: list[Trial | None] = []
        self._served: set[Trial] = set()
        self._free: list[Any] = []
        self._away: set[Any] = set()
        self._dataset: Any = None
        self._epoch: int | None = None

    # ---- batches ----

    def next_index(self, original: Callable[..., Any], iterator: Any) -> Any:
        """Which samples come next: those that are held back are left to the twins, others come in their places."""
        found = original(iterator)
        if not isinstance(found, list) or (self._armed and iterator._dataset is not self._dataset):
            return found
        self._indices.setdefault(iterator, []).append(list(found))
        if not self._away:
            return found
        self._free = [i for i in found if i not in self._away] or self._free
        return [
            i if i not in self._away or not self._free else self._free[at % len(self._free)]
            for at, i in enumerate(found)
        ]

    def next_batch(self, original: Callable[..., Any], iterator: Any) -> Any:
        """The batch of the next twin, or the training's own."""
        if not self.torch.is_grad_enabled() or (self._armed and iterator._dataset is not self._dataset):
            return original(iterator)
        if not self._armed and iterator is not self._iterator:
            self._fresh()
            self._iterator, self._dataset = iterator, iterator._dataset
        if not self._queue:
            self._finish()
        trial = self._chosen()
        if trial is None and self._moment == "later":
            if not self._queue:
                self._end()
            self._queue.append(LAST)  # this loop asks for batches ahead
            return original(iterator)
        kept = trial is not None and trial.batch < len(self._held)
        batch = self._held[trial.batch] if trial is not None and kept else original(iterator)
        if trial is not None and not kept:
            self._hold(batch, iterator)
        self._queue.append(trial)
        if trial is None:
            return batch
        self._served.add(trial)
        return twin_of(self.torch, self._held[trial.batch], trial.kind, trial.number)

    def _chosen(self) -> Trial | None:
        if self._moment == "first" and self._steps >= self.number("steps"):
            self._moment = "later"
        return next((t for t in planned(self._moment, self._seen) if t not in self._served), None)

    def _hold(self, batch: Any, iterator: Any) -> None:
        self._held.append(cloned(self.torch, batch))
        at = len(self._held) - 1
        lists = self._indices.get(iterator, [])
        if at < len(lists):
            self._away |= set(lists[at])
        if at == 0:
            self._samples = samples_of(self.torch, batch)
            picture = first_tensor(self.torch, batch)
            self._floats = picture is not None and bool(picture.is_floating_point())
            self._colours = picture is not None and picture.dim() >= 3 and picture.shape[picture.dim() - 3] == 3
            self._epoch = self._batches_of(iterator)

    def _batches_of(self, iterator: Any) -> int | None:
        """How many batches an epoch has; None where nobody knows."""
        try:
            return len(iterator._index_sampler)
        except TypeError:  # one that repeats for ever, as Ultralytics', or a stream
            try:
                return -(-len(iterator._dataset) // max(1, self._samples))
            except TypeError:
                return None

    @property
    def _seen(self) -> Seen:
        batches = wanted_batches(self._samples, self._epoch) if self._held else 1
        root = self.training.root
        device = "cpu" if root is None else next((p.device.type for p in root.parameters()), "cpu")
        average = self._moment == "later" and self._state.average(self.training) is not None
        return Seen(
            batches,
            self._samples,
            self._half,
            device,
            self._norms.count,
            self._norms.trained,
            self._drops,
            average,
            self._colours,
            self._floats,
        )

    # ---- the step ----

    def before_forward(self, root: Any) -> None:
        """The root is called: a new iteration begins where the last one has had its backward pass, and a batch was served."""
        if self._queue and (self._backward_seen or not self._armed):
            self._armed = True
            self._finish()
            self._begin(root, self._queue.pop(0))

    def _begin(self, root: Any, trial: Trial | None) -> None:
        self._trial, self._backward_seen, self._loss = trial, False, 0.0
        if trial is None:
            self._state.go_on(root)
            return
        if trial is LAST:
            self._end()
        if trial.moment == "later" and not self._told:
            self._tell()
        self._norms.begin(trial)
        copy = self._state.average(self.training) if trial.kind == "average" else None
        self._state.begin(root, trial, None if copy is None else own_state(copy))

    def autocast(self, original: Callable[..., Any], context: Any) -> Any:
        """A region of half precision is entered: not in the twin of full precision. It may be the next step's."""
        trial = self._queue[0] if self._queue and self._backward_seen else self._trial
        if not context._enabled or not self.torch.is_grad_enabled():
            return original(context)
        self._half = str(context.fast_dtype).removeprefix("torch.")
        context._enabled = trial is None or trial.kind != "full"
        try:
            return original(context)
        finally:
            context._enabled = True

    def batch_norm(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A batch norm."""
        return self._norms.called(original, input, *args, **kwargs)

    def drop(self, original: Callable[..., Any], input: Any, p: float = 0.5, *args: Any, **kwargs: Any) -> Any:
        """Dropout as a function."""
        if self._trial is None:
            return original(input, p, *args, **kwargs)
        self._drops += self._trial.kind == "base" and p > 0 and bool(args[0] if args else kwargs.get("training", True))
        return original(input, 0.0 if self._trial.kind.endswith("no_dropout") else p, *args, **kwargs)

    def backward(self, original: Callable[..., Any], tensors: Any, *args: Any, **kwargs: Any) -> Any:
        """A backward pass: its loss, and the gradients that it leaves."""
        original(tensors, *args, **kwargs)
        self._backward_seen = True
        listed = [tensors] if isinstance(tensors, self.torch.Tensor) else list(tensors)
        value, factor = 0.0, 1.0
        for loss in (x for x in listed if x.numel() == 1):
            scaled = self.training.session.seen.losses.scaled
            own = scaled[1] if scaled is not None and scaled[0]() is loss else loss.detach()
            value += float(own)
            factor = float(loss.detach()) / float(own) if float(own) and math.isfinite(float(loss.detach())) else 1.0
        self._loss += value
        if self._trial is None:
            self._losses.append(value)
        elif self.training.root is not None:
            self._gradient = self._state.gradients(self.training.root, self._trial, factor)

    def wanted_step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """An optimizer is to step: not in a twin."""
        if self._trial is None:
            self._steps += 1
            return self.really_step(optimizer, *args, **kwargs)
        optimizer._opt_called = True
        closure = args[0] if args else kwargs.get("closure")
        if not callable(closure):
            return None
        with self.torch.enable_grad():
            return closure()

    # ---- what it showed ----

    def _finish(self) -> None:
        trial, self._trial = self._trial, None
        if trial is None:
            return
        root = self.training.root
        if root is not None:
            self._drops += self._state.end(core_of(root), trial)
        if not self._backward_seen:
            return
        fields: dict[str, Any] = {"finite": math.isfinite(self._loss), **self._gradient, **self._norms.end()}
        fields["loss"] = self._loss if math.isfinite(self._loss) else None
        self._event("twin", twin=trial.kind, moment=trial.moment, batch=trial.batch, number=trial.number, **fields)
        self._gradient = {}

    def _tell(self) -> None:
        """What the twins are of."""
        self._told = True
        seen = self._seen
        known = {k: v for k, v in vars(seen).items() if k not in ("batches", "colours", "floats")}
        held_out = bool(self._away) and self._epoch is not None and self._epoch >= 4
        facts: dict[str, Any] = {
            "steps": self._steps,
            "batches": len(self._held),
            "held_out": held_out,
            "epoch": self._epoch,
        }
        facts |= {"losses": [x if math.isfinite(x) else None for x in self._losses], "momentum": self._norms.momentum}
        self._event("twins_of", **known, **facts)

    def _event(self, name: str, **fields: Any) -> None:
        self.training.session.seen.journal.event(name, self._steps, **fields)

    def _end(self) -> None:
        self._finish()
        self.training.session.stop(max(1, self._steps))
