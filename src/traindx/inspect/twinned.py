"""Twins of the first batches of a network that was just built: one step done again with one thing changed, on real pictures.

What is changed, put back and measured is what `traindx prove --twins` has: `recorder.twin_batch`, `twin_norms`, `twin_state`. The
loss is the model's own, or cross entropy. Weights as drawn at the start are trained for some steps in between, on other pictures.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traindx.core.twin_plan import ENOUGH, MOST_BATCHES, Seen, Trial, planned
from traindx.core.twins import HALVES
from traindx.errors import TraindxError
from traindx.inspect.first_batch import as_inputs, read
from traindx.inspect.half import half_on
from traindx.inspect.losses import Labelled, loss_on, packed
from traindx.recorder.treating.modes import DROPOUTS
from traindx.recorder.twin_batch import twin_of
from traindx.recorder.twin_norms import TwinNorms
from traindx.recorder.twin_state import FRESH, TwinState

BATCH = 16
"""Pictures of a twin's batch, unless the training's own batch is smaller: norms of fewer would be another network."""
SIZES = {"classify": (96, 64), "detect": (320, 160)}
"""Sides that are tried, where steps at the training's own size take too long."""
STEPS, FEWEST = 100, 20
"""Steps of training between the twins: those wanted, and those for which a smaller size is taken. Guesses."""
RATE = 1e-3
"""Of AdamW, its own default."""
TRIALS = 34
"""Twins that are planned at most, about: for the time that they will take."""


@dataclass
class Loaded:
    """Weights that were read for a network, by its own names: of the model, and of an average; `missing` are those it lacks."""

    model: Mapping[str, Any] = field(default_factory=dict)
    average: Mapping[str, Any] | None = None
    missing: Sequence[str] = ()
    source: str = ""


class Tried:
    """The twins of one network. `events` are those that a recording would hold (`core.twins_read`)."""

    def __init__(self, torch: Any, built: Any, device: str, first: int) -> None:
        self.torch, self.built, self.device, self._first = torch, built, device, first
        self.model = built.model
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.losses: list[float] = []
        self.drops = 0
        self._norms, self.state = TwinNorms(torch), TwinState(torch)
        self._trial: Trial | None = None

    def clock(self) -> float:
        """Seconds: of the processor, by the threads that compute, so that work beside it takes none away; else as they pass."""
        busy = time.process_time() / max(1, self.torch.get_num_threads())
        return busy if self.device.startswith("cpu") else time.perf_counter()

    def packed(self, given: Labelled) -> Any:
        """The batch on the device, as the model takes it."""
        moved = [[t.to(self.device) for t in held] for held in (given.boxes, given.classes)]
        there = Labelled(given.inputs.to(self.device), given.labels.to(self.device), *moved)
        return packed(self.torch, self.built, there, self._first)

    def timed(self, batch: Any) -> float:
        """Seconds of one step, the second of two: the first imports what later ones have. Nothing is changed by it."""
        self.state.keep(self.model, FRESH)
        for _ in range(2):
            began = self.clock()
            loss_on(self.torch, self.built, self.model, batch).backward()
            self.model.zero_grad(set_to_none=True)
        self.state.begin(self.model, Trial("timed", FRESH))
        return self.clock() - began

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Batch norms and dropout go through the twins while this is open."""
        functional = self.torch.nn.functional
        before = {name: getattr(functional, name) for name in ("batch_norm", *DROPOUTS) if hasattr(functional, name)}
        for name, original in before.items():
            setattr(functional, name, self._through(name, original))
        try:
            yield
        finally:
            for name, original in before.items():
                setattr(functional, name, original)

    def _through(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def drop(input: Any, p: float = 0.5, training: bool = True, *args: Any, **kwargs: Any) -> Any:
            trial = self._trial
            self.drops += trial is not None and trial.kind == "base" and p > 0 and training
            none = trial is not None and trial.kind.endswith("no_dropout")
            return original(input, 0.0 if none else p, training, *args, **kwargs)

        return drop if name != "batch_norm" else lambda *a, **k: self._norms.called(original, *a, **k)

    def seen(self, batches: Sequence[Any], samples: int, average: bool) -> Seen:
        """What is known of the network so far, for the plan."""
        known = self._norms.count, self._norms.trained, self.drops, average
        return Seen(len(batches), samples, "", self.device, *known, colours=True, halves=HALVES)

    def run(self, trial: Trial, batch: Any, average: Mapping[str, Any] | None) -> None:
        """One twin: its loss and gradients."""
        self._trial = trial
        made = twin_of(self.torch, batch, trial.kind, trial.number)
        self._norms.begin(trial)
        self.state.begin(self.model, trial, average)
        half = half_on(self.torch, self.device, trial.kind) if trial.kind in HALVES else contextlib.nullcontext
        with half():
            loss = loss_on(self.torch, self.built, self.model, made)
            loss.backward()
        value = float(loss.detach())
        found = self.state.gradients(self.model, trial, 1.0) | self._norms.end()
        self.drops += self.state.end(self.model, trial)
        self._trial = None
        fields = {"twin": trial.kind, "moment": trial.moment, "batch": trial.batch, "number": trial.number}
        self.events.append(("twin", {**fields, **found, "loss": value if math.isfinite(value) else None}))

    def train(self, batches: Iterator[Any], until: float, most: int) -> int:
        """Steps of training from the state of the beginning, until a moment, or as many as wanted."""
        self.state.go_on(self.model)
        trained = [p for p in self.model.parameters() if p.requires_grad]
        optimizer = self.torch.optim.AdamW(trained, lr=RATE) if trained else None
        for batch in batches:
            if optimizer is None or len(self.losses) >= most or self.clock() > until:
                break
            loss = loss_on(self.torch, self.built, self.model, batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            self.losses.append(float(loss.detach()))
        self.model.zero_grad(set_to_none=True)
        return len(self.losses)

    def tell(self, steps: int, batches: int, samples: int, **more: Any) -> None:
        """What the twins are of."""
        facts = {"steps": steps, "batches": batches, "samples": samples, "held_out": True, "half": ""}
        facts |= {"device": self.device, "norms": self._norms.count, "trained_norms": self._norms.trained}
        facts |= {"drops": self.drops, "momentum": self._norms.momentum, **more}
        losses = [x if math.isfinite(x) else None for x in self.losses]
        self.events.append(("twins_of", {**facts, "losses": losses}))


def tried(
    torch: Any, built: Any, wanted: Any, size: int, channels: int, first: int, loaded: Loaded | None
) -> list[Any]:
    """The events of all twins of a built model on the labelled pictures of `wanted`. Raises `TraindxError` where there are none."""
    samples = min(wanted.batch or BATCH, BATCH, max(1, len(wanted.labelled) // 2))
    source = Source(torch, built, wanted.labelled, channels)
    device = wanted.device or _best(torch)
    twins = Tried(torch, built, device, first)
    began = twins.clock()
    built.model.to(device).train()
    seconds, side = _side(twins, source, size, samples, wanted.twins)
    if loaded is not None and loaded.model:
        twins.state.keep(built.model, FRESH)
        _put(torch, built.model, loaded.model)
    known = loaded is not None and bool(loaded.model) and not loaded.missing
    count = max(1, min(MOST_BATCHES, max(2, -(-ENOUGH // samples)), len(wanted.labelled) // (2 * samples)))
    held = [twins.packed(source.batch(range(at * samples, (at + 1) * samples), side)) for at in range(count)]
    average = loaded.average if loaded is not None else None
    with twins.watched():
        _moment(twins, "first", held, samples, average)
        left = wanted.twins - (twins.clock() - began) - TRIALS * seconds
        others = source.forever(count * samples, samples, side, twins.packed)
        steps = 0 if known else twins.train(others, twins.clock() + max(wanted.twins / 4, left), STEPS)
        _moment(twins, "later", held, samples, average)
    twins.tell(steps, count, samples, size=side, weights=loaded.source if known and loaded is not None else "")
    return twins.events


def tried_augmented(
    torch: Any, built: Any, wanted: Any, size: int, channels: int, first: int, before: Sequence[tuple[str, Any]]
) -> list[Any]:
    """The events of the twins that tell whether labels are learned, on pictures that the user's own augmentation made: after as
    many steps, of as many pictures of the same size, as `before` without it."""
    from traindx.inspect.augmented import Augmented

    told = next(data for name, data in before if name == "twins_of")
    samples, count, side = int(told["samples"]), int(told["batches"]), int(told["size"])
    source = Augmented(torch, built, wanted.labelled, channels, wanted.augment, size)
    twins = Tried(torch, built, wanted.device or _best(torch), first)
    built.model.to(twins.device).train()
    torch.manual_seed(0)
    held = [twins.packed(source.batch(range(at * samples, (at + 1) * samples), side)) for at in range(count)]
    with twins.watched():
        for trial in (Trial("base", "first", at) for at in range(count)):
            twins.run(trial, held[trial.batch], None)
        others = source.forever(count * samples, samples, side, twins.packed)
        steps = twins.train(others, twins.clock() + wanted.twins, int(told["steps"]))
        plan = planned("later", twins.seen(held, samples, False))
        for trial in (t for t in plan if t.kind in ("base", "start", "shuffled")):
            twins.run(trial, held[trial.batch], None)
    twins.tell(steps, count, samples, size=side)
    return twins.events


def _moment(twins: Tried, moment: str, held: Sequence[Any], samples: int, average: Any) -> None:
    """All twins of a moment; those that depend on what the first of them show come behind them."""
    done: set[Trial] = set()
    while True:
        plan = planned(moment, twins.seen(held, samples, average is not None))
        trial = next((t for t in plan if t not in done), None)
        if trial is None:
            return
        done.add(trial)
        twins.run(trial, held[trial.batch], average)


def _side(twins: Tried, source: Source, size: int, samples: int, seconds: float) -> tuple[float, int]:
    """Seconds of a step, and the side at which the twins are made: smaller than the training's where steps take too long."""
    sides = [s for s in SIZES[twins.built.task] if s < size]
    least = sides[-1] if sides else size
    try:
        each = twins.timed(twins.packed(source.batch(range(samples), least)))
    except Exception:  # a network may take one size alone
        return twins.timed(twins.packed(source.batch(range(samples), size))), size
    guesses = ((each * (side / least) ** 2, side) for side in (size, *sides))
    return next(((g, side) for g, side in guesses if g * (TRIALS + FEWEST) <= seconds), (each, least))


class Source:
    """Batches of labelled pictures, in an order that was drawn once."""

    def __init__(self, torch: Any, built: Any, pictures: Sequence[Mapping[str, Any]], channels: int) -> None:
        self._torch, self._built, self._channels = torch, built, channels
        drawn = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0)).tolist()
        self._pictures = [pictures[at] for at in drawn]

    def batch(self, places: Sequence[int], size: int) -> Labelled:
        """The pictures at these places, as the network's family resizes them."""
        import numpy as np

        torch, chosen = self._torch, [self._pictures[at % len(self._pictures)] for at in places]
        made = [read(one["path"], size, self._built.scaled) for one in chosen]
        if any(m is None for m in made):
            raise TraindxError("a picture cannot be read", "no batch can be made", "")
        pixels = np.stack([m.pixels for m in made if m is not None])
        boxes, classes = [], []
        for one, opened in zip(chosen, made, strict=True):
            assert opened is not None
            left, top, wide, high = opened.frame
            corners = torch.tensor(one["boxes"], dtype=torch.float32).reshape(-1, 4)
            corners = corners * torch.tensor([wide, high, wide, high]) + torch.tensor([left, top, left, top])
            corners = corners.clamp(0, size)
            kept = ((corners[:, 2:] - corners[:, :2]) >= 1).all(1)
            boxes.append(corners[kept])
            classes.append(torch.tensor(one["classes"], dtype=torch.int64)[kept])
        labels = torch.tensor([one["label"] for one in chosen])
        return Labelled(as_inputs(torch, pixels, self._channels, self._built.scaled), labels, boxes, classes)

    def forever(self, start: int, samples: int, size: int, packed: Callable[[Labelled], Any]) -> Iterator[Any]:
        """Batches of the pictures from `start` on, again and again."""
        rest = len(self._pictures) - start
        at = 0
        while rest >= samples:
            yield packed(self.batch([start + (at + n) % rest for n in range(samples)], size))
            at += samples


def _best(torch: Any) -> str:
    """The device that a training here would take."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _put(torch: Any, model: Any, weights: Mapping[str, Any]) -> None:
    own = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    with torch.no_grad():
        for name, tensor in weights.items():
            own[name].copy_(tensor)
