"""The boxes that the user's own code gives to functions of boxes: what they hold, and how two sets meet."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from traindx.core.box_calls import Given, facts_of
from traindx.recorder import measure
from traindx.recorder.contents import attributes, mapping, sequence
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import Slots
from traindx.recorder.schedule import is_written

OVERLAPS = ("box_iou", "generalized_box_iou", "distance_box_iou", "complete_box_iou")
LOSSES = ("generalized_box_iou_loss", "distance_box_iou_loss", "complete_box_iou_loss")
OPS = "torchvision.ops"
FILES = ("giou_loss", "diou_loss", "ciou_loss")

SITES, CALLS, BOXES = 8, 24, 32
"""Lines of code that are looked at in a step or a validation, calls of each, and boxes of each argument."""
STEPS, DENSE = 40, 8
"""Recorded steps that are looked at; validations that all are, then ever fewer."""


class BoxCalls(Probe):
    """Writes `box_calls` into recorded steps, and `box_calls` lines {step, sites} of validations and, with
    `training`, of a step that an error ended: see `core.box_calls`.

    Calls that torchvision makes itself are none of the user's. What torchmetrics' mean average precision is given counts too.
    """

    on_recorded = ("forward", "closed")
    patches = (
        *(Patch(f"{OPS}.boxes", name, before="overlap") for name in OVERLAPS),
        *(Patch(f"{OPS}.{file}", name, before="overlap") for file, name in zip(FILES, LOSSES, strict=True)),
        *(Patch(f"{OPS}.boxes", name, before="kept") for name in ("nms", "batched_nms")),
        Patch(f"{OPS}.boxes", "box_convert", before="converted"),
        Patch("torchmetrics.detection.mean_ap", "MeanAveragePrecision.update", before="judged"),
    )

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._validating = False
        self._steps = self._validations = 0
        self._sites: dict[bool, dict[tuple[str, str, int], Site]] = {False: {}, True: {}}
        self._codes: dict[Any, bool] = {}

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients: what comes now is training."""
        self._validating = False
        self.rest("forward")

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called without gradients: what comes now is its validation."""
        self._validating = True
        self.wake("forward")

    def overlap(self, arguments: Arguments, named: Named) -> None:
        """An overlap of two sets is asked for."""
        first, second = _argument(arguments, named, 0, "boxes1"), _argument(arguments, named, 1, "boxes2")
        self._take("overlap", (first, second))

    def kept(self, arguments: Arguments, named: Named) -> None:
        """Boxes that overlap others are to be dropped."""
        self._take("nms", (_argument(arguments, named, 0, "boxes"),))

    def converted(self, arguments: Arguments, named: Named) -> None:
        """Boxes are to be written in another format."""
        formats = (_argument(arguments, named, 1, "in_fmt"), _argument(arguments, named, 2, "out_fmt"))
        if all(type(name) is str for name in formats):
            self._take(f"{formats[0]} to {formats[1]}", (_argument(arguments, named, 0, "boxes"),))

    def judged(self, arguments: Arguments, named: Named) -> None:
        """torchmetrics' mean average precision is given predictions and targets, a dict for each picture: each is a call."""
        if attributes(arguments[0]).get("box_format") != "xyxy":
            return
        given = (_argument(arguments, named, 1, "preds"), _argument(arguments, named, 2, "target"))
        place, pictures = self.seen.frames.caller(), (sequence(value) or () for value in given)
        for predicted, target in zip(*pictures, strict=False):
            found, meant = mapping(predicted) or {}, mapping(target) or {}
            if place is not None and "boxes" in found and "boxes" in meant:
                self._take("overlap", (_surest(self.seen.torch, found), meant["boxes"]), place)

    def closed(self, step: Any) -> None:
        """A recorded step is over."""
        sites, self._sites[False] = self._sites[False], {}
        if sites:
            self._steps += 1
            found: list[dict[str, Any]] = []
            step.details["box_calls"] = found
            for site in sites.values():
                site.send(step.slots, found, self.contained)

    def validation_over(self, line: dict[str, Any]) -> None:
        """A validation is over."""
        sites, self._sites[True] = self._sites[True], {}
        self._validations += 1
        self._write(sites, line["step"])

    def raised(self, error: BaseException) -> None:
        """An error ends the training: the calls of the step that it ended are told, as the step itself never will be."""
        sites, self._sites[False] = self._sites[False], {}
        self._write(sites, self.seen.now_at, training=True)

    def _write(self, sites: dict[tuple[str, str, int], Site], step: int, **more: Any) -> None:
        slots, found = Slots(), list[dict[str, Any]]()
        for site in sites.values():
            site.send(slots, found, self.contained)
        if sites:
            self.seen.journal.add_line(slots, {"kind": "box_calls", "step": step, **more, "sites": found})

    def _take(self, what: str, sets: tuple[Any, ...], place: tuple[str, int] | None = None) -> None:
        if self._validating:
            if not is_written(self._validations, DENSE):
                return
        elif not self.seen.current.recorded or self._steps >= STEPS:
            return
        place = place or self._place()
        if place is None:
            return
        sites = self._sites[self._validating]
        key = (what, *place)
        site = sites.get(key)
        if site is None:
            if len(sites) >= SITES:
                return
            site = sites[key] = Site(what, place)
        torch = self.seen.torch
        if len(site.calls) < CALLS and all(
            measure.readable(torch, b) and b.dim() == 2 and b.shape[1] == 4 for b in sets
        ):
            with torch.no_grad():
                parts = [b.detach()[:BOXES].float() for b in sets]
                if all(p.device == parts[0].device for p in parts):
                    learns = tuple(bool(b.requires_grad) for b in sets)
                    site.calls.append((torch.cat(parts), tuple(len(p) for p in parts), learns))

    def _place(self) -> tuple[str, int] | None:
        """The line of the user's own code that made the call; None where a package made it."""
        frame: Any = sys._getframe(2)
        frames = self.seen.frames
        while frame is not None and frame.f_code.co_filename.startswith(frames.own):
            frame = frame.f_back
        if frame is None:
            return None
        own = self._codes.get(frame.f_code)
        if own is None:
            own = self._codes[frame.f_code] = frames.is_user(frame.f_code.co_filename)
        return (frames.place(frame.f_code.co_filename), frame.f_lineno) if own else None


class Site:
    """The calls of one line of code: boxes on their device, how many of each argument, and which of these learn."""

    def __init__(self, what: str, place: tuple[str, int]) -> None:
        self.what, self.place = what, place
        self.calls: list[tuple[Any, tuple[int, ...], tuple[bool, ...]]] = []

    def send(
        self, slots: Slots, found: list[dict[str, Any]], contained: Callable[[Callable[[Any], None]], Any]
    ) -> None:
        """Send the boxes to the host; once all are there, add what they say to `found`."""
        arrived: list[Given] = []

        def take(counts: tuple[int, ...], learns: tuple[bool, ...]) -> Callable[[Any], None]:
            def fill(values: Any) -> None:
                arrived.append(Given.of(values, counts, learns))
                if len(arrived) == len(self.calls):
                    path, line = self.place
                    found.append({"call": self.what, "path": path, "line": line, **facts_of(arrived)})

            return fill

        for boxes, counts, learns in self.calls:
            slots.add_array(boxes, contained(take(counts, learns)))


def _surest(torch: Any, found: dict[Any, Any]) -> Any:
    """The boxes of a picture with the highest scores, where they have any."""
    boxes: Any = found["boxes"]
    scores: Any = found.get("scores")
    if not (measure.readable(torch, boxes) and measure.usable(torch, scores) and boxes.shape[:1] == scores.shape):
        return boxes
    with torch.no_grad():
        return boxes.detach()[scores.detach().argsort(descending=True)[:BOXES]]


def _argument(arguments: Arguments, named: Named, number: int, name: str) -> Any:
    return arguments[number] if len(arguments) > number else named.get(name)
