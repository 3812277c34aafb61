"""The parts of the loss, by name: what detectors return beside their sum, what a loss module returns, or what is summed."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import is_a, mapping, sequence, word
from traindx.recorder.description import core_of
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import rounded
from traindx.recorder.step import Step

MOST, LENGTH = 48, 60
"""Parts that are written (transformers' DETR has 24: four for each of six decoder layers), and letters of a name."""

ORDER = ("root", "criterion", "dict", "modules", "calls")
"""Where parts are looked for, best first: what the root returned, a mapping that a loss module returned, a mapping at the line
that calls backward, several loss modules, several calls of loss functions."""

ULTRALYTICS = {
    "v8SegmentationLoss": ("box", "seg", "cls", "dfl"),
    "v8PoseLoss": ("box", "pose", "kobj", "cls", "dfl"),
}
DETECTION = {3: ("box", "cls", "dfl")}
"""Names of the parts that Ultralytics returned as a tensor before it returned a dict (`loss_names` of its trainers, 8.3)."""
YOLOV5 = ("box", "obj", "cls")


@dataclass(frozen=True)
class Parts:
    """Names, and the values as one tensor on their device; `gradient` says which require gradients."""

    names: tuple[str, ...]
    values: Any
    gradient: tuple[bool, ...]


class LossParts(Probe):
    """Writes `loss_parts` {from, values, no_grad?, not_finite?} into the step, of its first backward pass."""

    on_recorded = ("forward", "loss", "backward", "closed")
    patches = tuple(
        Patch(module, "ComputeLoss.__call__", after="yolov5_loss") for module in ("utils.loss", "yolov5.utils.loss")
    )

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._found: dict[str, Any] = {}

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: what was found before belongs to nothing that is stepped."""
        self._found = {}

    def returned(self, module: Any, output: Any) -> None:
        """The root returned."""
        self._keep("root", parts_of(self.seen.torch, output, module))

    def criterion(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A loss module returned: its parts, or itself as a part."""
        parts = parts_of(self.seen.torch, output, None)
        if parts is not None:
            self._found["criterion"] = parts  # of nested ones the outer
        elif _is_part(self.seen.torch, output):
            self._add("modules", type(module).__name__, output)

    def yolov5_loss(self, arguments: Arguments, named: Named, result: Any) -> None:
        """YOLOv5's loss returned its sum and its parts."""
        if self.seen.awaits_loss and isinstance(result, tuple) and len(result) == 2:
            self._keep("criterion", _vector(self.seen.torch, result[1], {3: YOLOV5}))

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function returned; a module's inner call is not told from the user's own, so these count last."""
        if self.seen.current.recorded and _is_part(self.seen.torch, value):
            self._add("calls", name, value)

    def backward(self, tensors: Any) -> None:
        """A backward pass starts: the parts are known."""
        step, torch = self.seen.current, self.seen.torch
        if step.recorded and "loss_parts" not in step.details:
            if not {"root", "criterion"} & self._found.keys():
                self._keep("dict", _in_caller(self.seen))
            source = next((s for s in ORDER if s in self._found), None)
            found = None if source is None else self._found[source]
            if isinstance(found, list):
                found = _joined(torch, found) if len(found) > 1 else None
            if found is not None:
                self._write(step, str(source), found)
        self._found = {}

    def closed(self, step: Step) -> None:
        """The step is over: a loss that is never backpropagated is let go, with the graph behind it."""
        self._found = {}

    def _keep(self, source: str, parts: Parts | None) -> None:
        if parts is not None:
            self._found.setdefault(source, parts)

    def _add(self, source: str, name: str, value: Any) -> None:
        listed = self._found.setdefault(source, [])
        if len(listed) < MOST:
            same = sum(known.split(" ")[0] == name for known, _ in listed)
            listed.append((f"{name} {same + 1}" if same else name, value))

    def _write(self, step: Any, source: str, parts: Parts) -> None:
        fields: dict[str, Any] = {"from": source, "values": {}}
        step.details["loss_parts"] = fields
        if any(parts.gradient) and not all(parts.gradient):
            fields["no_grad"] = [name for name, has in zip(parts.names, parts.gradient, strict=True) if not has]

        def fill(values: list[float]) -> None:
            fields["values"] = dict(zip(parts.names, map(rounded, values), strict=True))
            broken = [name for name, value in fields["values"].items() if not math.isfinite(value)]
            fields.update({"not_finite": broken} if broken else {})

        step.slots.add(parts.values, self.contained(fill))


def parts_of(torch: Any, output: Any, root: Any) -> Parts | None:
    """The parts in what was returned: a mapping of losses (torchvision), one named `loss_dict` (transformers), the sum with
    its parts (Ultralytics), several losses. None where there are fewer than two."""
    named = mapping(output)
    if named is not None:
        inner = mapping(named.get("loss_dict"))
        return _mapping(torch, named if inner is None else inner)
    output = sequence(output)
    if not output:
        return None
    if len(output) == 2 and (named := mapping(output[1])) is not None:
        return _mapping(torch, named)
    if len(output) == 2 and root is not None and is_a(output[1], torch.Tensor) and output[1].dim() == 1:
        kind = type(getattr(core_of(root), "criterion", None)).__name__
        names = {len(n): n for k, n in ULTRALYTICS.items() if k == kind} or (DETECTION if kind != "NoneType" else {})
        return _vector(torch, output[1], names)
    if len(output) <= MOST and all(_is_part(torch, value) for value in output):
        return _joined(torch, [(str(i), value) for i, value in enumerate(output)])
    return None


def _mapping(torch: Any, losses: Mapping[Any, Any]) -> Parts | None:
    if not 0 < len(losses) <= 4 * MOST:
        return None
    found = list(islice(((word(k)[:LENGTH], v) for k, v in losses.items() if _is_part(torch, v)), MOST))
    return _joined(torch, found) if len(found) > 1 and 2 * len(found) > len(losses) else None


def _vector(torch: Any, items: Any, names: Mapping[int, tuple[str, ...]]) -> Parts | None:
    if not measure.usable(torch, items) or items.dim() != 1 or items.numel() not in names:
        return None
    count = int(items.numel())
    return Parts(names[count], items.detach().clone(), (bool(items.requires_grad),) * count)


def _joined(torch: Any, found: list[tuple[str, Any]]) -> Parts | None:
    if len(found) < 2:
        return None
    with torch.no_grad():
        device = found[0][1].device
        values = torch.stack([v.detach().reshape(()).to(device, torch.float32, non_blocking=True) for _, v in found])
    return Parts(tuple(name for name, _ in found), values, tuple(bool(v.requires_grad) for _, v in found))


def _is_part(torch: Any, value: Any) -> bool:
    return measure.usable(torch, value) and value.numel() == 1


def _in_caller(seen: Any) -> Parts | None:
    """A mapping of losses among the names at the line that calls backward.

    Only where reading them leaves nothing behind: in a module's or notebook's own code, whose names are a plain dict, and
    from Python 3.13 on (PEP 667). Before, reading a function's names would keep their values alive.
    """
    frame: Any = sys._getframe(1)
    while frame is not None and not seen.frames.is_user(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or (frame.f_code.co_name != "<module>" and sys.version_info < (3, 13)):
        return None
    return next((parts for value in _dicts(seen.torch, frame.f_locals) if (parts := _mapping(seen.torch, value))), None)


def _dicts(torch: Any, names: Mapping[str, Any]) -> Iterator[dict[Any, Any]]:
    for name, value in islice(list(names.items()), 400):
        if type(value) is dict and not name.startswith("_") and 2 <= len(value) <= MOST and _of_losses(torch, value):
            yield value


def _of_losses(torch: Any, value: dict[Any, Any]) -> bool:
    tensors = [v for v in value.values() if is_a(v, torch.Tensor)]
    return len(tensors) == len(value) and any(v.requires_grad for v in tensors)
