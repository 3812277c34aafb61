"""The calls of loss functions: what each was given, by range, shape and settings, and what it returned."""

from __future__ import annotations

from typing import Any
from weakref import ref

from traindx.core.loss_names import BINARY, CLASSES, DISTANCES
from traindx.recorder import measure
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.score_source import REACH, source_of
from traindx.recorder.step import Step

SETTINGS = ("reduction", "label_smoothing", "ignore_index")
MOST_CALLS = 4
"""Calls of one step that are written, of as many places or functions."""
MOST_WEIGHTS = 64
"""Class weights that are written."""
WIDEST = 8
"""Numbers of a row up to which its distance is held against that from the target of another: boxes, points."""
NEAR = 1e-3
"""How far beyond the reach of an activation a target may lie and still count as reached, as a share of its range of 1."""


class LossCall(Probe):
    """Writes `loss_call` into the step, the first loss function's call of its first batch, and `more_loss_calls`, those of
    other functions or other places in the code (`nth`: how many calls of the function its line made before). `other_targets`:
    the same scores were compared with other classes too, as in mixup.
    """

    on_recorded = ("forward", "loss")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._made: set[tuple[Any, ...]] = set()
        self._first: tuple[Any, Any] | None = None

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called."""
        if "loss_call" not in self.seen.current.details:
            self._made = set()

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function has returned."""
        step = self.seen.current
        if not step.recorded or ("loss_call" in step.details and len(self._made) >= MOST_CALLS):
            return
        if "loss_call" not in step.details:
            self._made = set()
        elif name in CLASSES and self._first is not None and self._first[0]() is scores:
            step.details["loss_call"] |= {} if self._first[1]() is target else {"other_targets": True}
        frame = self.seen.frames.user_frame()
        place = self.seen.frames.place_of(frame)
        key = (name, place, None if frame is None else frame.f_lasti)
        if key in self._made:
            return
        call = measured_call(self.seen.torch, name, scores, target, value, step.slots)
        if call is not None:
            before = sum(made[:2] == key[:2] for made in self._made)
            self._made.add(key)
            call.update({"path": place[0], "line": place[1]} if place else {})
            call.update({"nth": before} if before else {})
            add_settings(self.seen.torch, call, self.seen.losses.settings, target, step.slots)
            self._keep(step, call, scores, target)

    def _keep(self, step: Step, call: dict[str, Any], scores: Any, target: Any) -> None:
        if "loss_call" in step.details:
            step.details.setdefault("more_loss_calls", []).append(call)
        else:
            step.details["loss_call"] = call
            self._first = (ref(scores), ref(target))


def measured_call(torch: Any, name: str, scores: Any, target: Any, value: Any, slots: Slots) -> dict[str, Any] | None:
    """Shape, classes and ranges of the scores and the target; numbers come through `slots`. None where it cannot look."""
    if not measure.usable(torch, scores) or not measure.readable(torch, target):
        return None
    source = source_of(scores)
    with torch.no_grad():
        x, t = measure.excerpt(scores.detach()).float(), measure.excerpt(target.detach()).float()
        numbers = dict(zip(("input_min", "input_max"), torch.aminmax(x), strict=True))
        numbers |= dict(zip(("target_min", "target_max"), torch.aminmax(t), strict=True))
        numbers["zeros"] = (x == 0).float().mean()
        if value.dim() == 0:
            numbers["value"] = value.detach().float()
        if x.dim() >= 1 and (name in CLASSES or (x.dim() == 2 and x.shape[1] > 1)):
            numbers |= dict(
                zip(("row_sum_min", "row_sum_max"), torch.aminmax(x.sum(dim=1 if x.dim() > 1 else 0)), strict=True)
            )
        if x.dim() == 2 and x.shape[1] > 1 and name in BINARY and t.shape == x.shape:
            numbers |= dict(zip(("target_row_sum_min", "target_row_sum_max"), torch.aminmax(t.sum(dim=1)), strict=True))
        if x.dim() == 2 and x.shape == scores.shape:
            numbers |= dict(zip(("column_sum_min", "column_sum_max"), torch.aminmax(x.sum(dim=0)), strict=True))
        if source.made_by in REACH and target.is_floating_point():
            low, high = REACH[source.made_by]
            numbers["beyond"] = ((t < low - NEAR) | (t > high + NEAR)).float().mean()
        if name in DISTANCES:
            numbers |= {"target_mean": t.mean(), "target_deviation": t.std(correction=0)}
            numbers |= {"input_mean": x.mean(), "input_deviation": x.std(correction=0)}
            if x.dim() == 2 and x.shape == t.shape and 1 < x.shape[1] <= WIDEST and len(x) > 1:
                numbers |= {"paired": (x - t).abs().mean(), "unpaired": (x - t.roll(len(t) // 2, 0)).abs().mean()}
            if x.dim() == 2 and x.shape[1] == 4 and x.shape == t.shape:
                numbers |= {"input_corners": _corners(x), "target_corners": _corners(t)}
        vector = torch.stack([p.reshape(()) for p in numbers.values()])
    call: dict[str, Any] = {"name": name, "shape": list(scores.shape), "target_shape": list(target.shape)}
    call |= {"target_type": str(target.dtype).removeprefix("torch."), "made_by": source.made_by}
    call |= {} if source.axis is None else {"axis": source.axis}
    call |= {"softmax_of": source.of} if source.of else {}
    call |= {"target_learns": True} if target.requires_grad else {}
    call |= {"scores_learn": False} if not scores.requires_grad else {}
    if name in CLASSES:
        call["classes"] = int(scores.shape[1] if scores.dim() > 1 else scores.shape[0])
    names = tuple(numbers)
    slots.add(vector, lambda values: call.update(zip(names, map(rounded, values), strict=True)))
    return call


def _corners(rows: Any) -> Any:
    """The share of rows of four numbers that are corners of a box."""
    return (rows[:, 2:] > rows[:, :2]).all(dim=1).float().mean()


def add_settings(torch: Any, call: dict[str, Any], settings: Named, target: Any, slots: Slots) -> None:
    """Write how a loss was called: `reduction`, `label_smoothing`, `ignore_index` with the share `ignored` of the targets, and
    `weight` and `pos_weight` as numbers, of at most 64 classes.
    """
    plain = (str, int, float)
    call |= {name: settings[name] for name in SETTINGS if isinstance(settings.get(name), plain)}
    if settings.get("reduce") is False or settings.get("size_average") is False:  # the names before `reduction`
        call["reduction"] = "none" if settings.get("reduce") is False else "sum"
    if "ignore_index" in call and not target.is_floating_point():
        with torch.no_grad():
            share = (measure.excerpt(target.detach()) == call["ignore_index"]).float().mean()
        slots.add(share, lambda values: call.update(ignored=rounded(values[0])))
    for name in ("weight", "pos_weight"):
        weights = settings.get(name)
        fits = weights is not None and measure.usable(torch, weights) and weights.dim() <= 1
        if weights is not None and fits and weights.numel() <= MOST_WEIGHTS:
            call[name] = []
            slots.add(weights.detach().float(), call[name].extend)
