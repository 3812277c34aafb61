"""Measures what one training step of a model needs of memory, by the life of every tensor in it. Runs in the child process."""

from __future__ import annotations

import copy
import dataclasses
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from traindx.core.footprint import Footprint, footprint_of, highest
from traindx.inspect.losses import Labelled, form_of, loss_on, packed, tensors

SIZE = 192
"""Side of the pictures that are measured, where a model takes any: what they need grows with their area."""
LARGER = 288
"""A second side, for what grows with the area in part."""
FEW, MORE = 2, 3
BOXES = 8
"""Objects in each picture of a detector: their number hardly counts."""


def measured(
    torch: Any, model: Any, inputs: Callable[[int], Any], loss: Callable[[Any, int], Any], *, optimizer: str = "SGD"
) -> dict[str, Any]:
    """What `core.footprint.Footprint` holds, of any module. `inputs(n)` makes a batch of n pictures and `loss(model, n)` runs
    the forward pass on one and returns a number with a graph. Weights are changed by the steps: give it a copy.
    """
    found, runs = _lived(torch, model, inputs, loss, optimizer, (FEW, MORE))
    return {**found, "step": moments(*runs["step"]), "validation": moments(*runs["validation"])}


def _lived(
    torch: Any,
    model: Any,
    inputs: Callable[[int], Any],
    loss: Callable[[Any, int], Any],
    optimizer: str,
    batches: Sequence[int],
) -> tuple[dict[str, Any], dict[str, list[list[int]]]]:
    """What is there whatever the batch, and what lived after each operation of a step and of a validation of each batch."""
    steps = _optimizer(torch, model, optimizer)
    states = sum(_bytes(t) for state in steps.state.values() for t in state.values() if isinstance(t, torch.Tensor))
    trained = [_step(torch, model, steps, loss, batch) for batch in batches]
    model.eval()
    validated = [_validated(torch, model, inputs, batch) for batch in batches]
    model.train()
    found = {
        "parameters": sum(_bytes(t) for t in (*model.parameters(), *model.buffers())),
        "gradients": sum(_bytes(p) for p in model.parameters() if p.requires_grad),
        "states": states,
        "held": trained[-1][1] / batches[-1],
        "optimizer": optimizer,
    }
    return found, {"step": [lived for lived, _ in trained], "validation": validated}


def moments(few: Sequence[int], more: Sequence[int]) -> tuple[tuple[float, float], ...]:
    """What lives after each operation as a line over the number of pictures, from runs on FEW and MORE; the highest lines.

    Where the two runs differ in their operations, as with losses that choose by the data, the peaks alone are compared.
    """
    pairs = list(zip(few, more, strict=True)) if len(few) == len(more) else [(max(few), max(more))]
    each = [(b - a) / (MORE - FEW) for a, b in pairs]
    return highest([(a - FEW * e, e) for (a, _), e in zip(pairs, each, strict=True)])


def _optimizer(torch: Any, model: Any, name: str) -> Any:
    """An optimizer whose states are there, as after its first step."""
    trained = [p for p in model.parameters() if p.requires_grad]
    adam = "adam" in name.lower()
    made = torch.optim.AdamW(trained, lr=0.0) if adam else torch.optim.SGD(trained, lr=0.0, momentum=0.9)
    for parameter in trained:
        parameter.grad = torch.zeros_like(parameter)
    made.step()
    made.zero_grad(set_to_none=True)
    return made


def _step(torch: Any, model: Any, steps: Any, loss: Callable[[Any, int], Any], batch: int) -> tuple[list[int], float]:
    """What lived after each operation, over what was there before the step; and the bytes that autograd held."""
    held: dict[int, int] = {}
    own = {id(p.untyped_storage()) for p in (*model.parameters(), *model.buffers())}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if id(storage) not in own:
            held[id(storage)] = storage.nbytes()
        return tensor

    with living(torch) as life:
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            value = loss(model, batch)
        value.backward()
        del value
        steps.step()
    steps.zero_grad(set_to_none=True)
    return life.lived, float(sum(held.values()))


def _validated(torch: Any, model: Any, inputs: Callable[[int], Any], batch: int) -> list[int]:
    with torch.no_grad(), living(torch) as life:
        model(inputs(batch))
    return list(life.lived)


@contextmanager
def living(torch: Any) -> Iterator[Any]:
    """Counts the bytes of every storage that operations make while this is open, and takes off those that are let go."""
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_iter

    class Life(TorchDispatchMode):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.now, self.lived, self.known = 0, [0], dict[int, Any]()

        def gone(self, key: int, size: int) -> None:
            self.known.pop(key, None)
            self.now -= size

        def __torch_dispatch__(self, function: Any, kinds: Any, args: Any = (), kwargs: Any = None) -> Any:
            made = function(*args, **(kwargs or {}))
            given = {id(t.untyped_storage()) for t in tree_iter((args, kwargs)) if isinstance(t, torch.Tensor)}
            for tensor in tree_iter(made):
                if isinstance(tensor, torch.Tensor):
                    storage = tensor.untyped_storage()
                    key, size = id(storage), storage.nbytes()
                    if key not in self.known and key not in given:
                        self.known[key] = weakref.finalize(storage, self.gone, key, size)
                        self.now += size
            self.lived.append(self.now)
            return made

    life = Life()
    with life:
        yield life
    for finalizer in list(life.known.values()):
        finalizer.detach()


def loss_of(
    torch: Any, built: Any, size: int, channels: int
) -> tuple[Callable[[int], Any], Callable[[Any, int], Any], str]:
    """Batches for a model that was built, the loss on them, and what that loss is called."""
    words = form_of(built)

    def pictures(batch: int) -> Any:
        made = torch.zeros if words == "cross entropy" else torch.rand
        found = made(batch, channels, size, size)
        return list(found) if built.listed else found

    def loss(model: Any, batch: int) -> Any:
        if words == "cross entropy":
            return _of_numbers(torch, model(pictures(batch)), batch)
        return loss_on(torch, built, model, packed(torch, built, _drawn(torch, built, pictures(batch), size)))

    return pictures, loss, words


def _of_numbers(torch: Any, found: Any, batch: int) -> Any:
    """Cross entropy of scores, and of other outputs the mean."""
    found = getattr(found, "logits", found)
    if isinstance(found, torch.Tensor) and found.dim() == 2:
        return torch.nn.functional.cross_entropy(found, torch.zeros(batch, dtype=torch.int64))
    return sum(t.float().mean() for t in tensors(torch, found) if t.requires_grad)


def _drawn(torch: Any, built: Any, inputs: Any, size: int) -> Labelled:
    """The pictures with BOXES objects each, of the first class that is none of a background."""
    pictures = torch.stack(inputs) if isinstance(inputs, list) else inputs
    corners = [torch.rand(BOXES, 2) * size / 2 for _ in range(len(pictures))]
    boxes = [torch.cat([corner, corner + size / 4], 1) for corner in corners]
    kinds = torch.full((BOXES,), int(built.listed), dtype=torch.int64)
    return Labelled(pictures, torch.zeros(len(pictures), dtype=torch.int64), boxes, [kinds] * len(pictures))


def _bytes(tensor: Any) -> int:
    return int(tensor.numel() * tensor.element_size())


def footprint_in(
    torch: Any, built: Any, size: int | None, optimizer: str = "SGD", channels: int = 3
) -> Footprint | None:
    """The footprint of a model that was built (`inspect.building.Built`), measured on a copy; None where its steps fail.

    First on the `meta` device, at the size that is asked for and without a number being computed; where a loss looks at its
    numbers, on the CPU with pictures of SIZE, and of the model's own size where it takes no other.
    """
    wanted = _trained_at(built) or size or built.sizes[0]
    if hasattr(built.model, "roi_heads"):
        return footprint_of(_in_two_stages(torch, built, wanted, channels, optimizer))
    ways = [("meta", wanted), ("cpu", min(wanted, SIZE)), ("cpu", wanted)]
    computes = built.listed or hasattr(built.model, "yaml")  # detectors, whose losses choose by their numbers
    for device, side in ways[1:] if computes else ways:
        try:
            with torch.device(device), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                copied = dataclasses.replace(built, model=_copied(torch, built.model, device).train())
                found = _at(torch, copied, side, channels, optimizer)
        except Exception:  # a loss may look at its numbers, a model may take one size alone
            continue
        return footprint_of({**found, "wanted": wanted})
    return None


def _in_two_stages(torch: Any, built: Any, wanted: int, channels: int, optimizer: str) -> dict[str, Any] | None:
    """Of a detector with proposals: what a picture needs is measured at two sizes, since that of its regions does not grow with
    its area. As many regions as it takes at most are had at any size, where no proposal is suppressed for overlapping another."""
    copied = dataclasses.replace(built, model=copy.deepcopy(built.model).train())
    copied.model.rpn.nms_thresh = 1.0
    runs: dict[str, list[list[int]]] = {"step": [], "validation": []}
    found: dict[str, Any] = {}
    try:
        for side, batches in ((SIZE, (FEW, MORE)), (LARGER, (MORE,))):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _resized(copied.model.transform, side)
                pictures, loss, words = loss_of(torch, copied, side, channels)
                found, lived = _lived(torch, copied.model, pictures, loss, optimizer, batches)
            for name, rows in lived.items():
                runs[name] += rows
    except Exception:  # a model may take one size alone
        return None
    grown = (wanted**2 - SIZE**2) / (LARGER**2 - SIZE**2)
    each = {name: _grown(rows, grown) for name, rows in runs.items()}
    return {**found, **each, "size": wanted, "wanted": wanted, "loss": words}


def _grown(runs: Sequence[list[int]], grown: float) -> tuple[tuple[float, float], ...]:
    """The highest lines over the number of pictures, at a size `grown` times as far from the first two runs' as the third's is."""
    alike = len({len(run) for run in runs}) == 1
    rows = zip(*runs, strict=True) if alike else [tuple(map(max, runs))]
    found = []
    for a, b, c in rows:
        each = (b - a) / (MORE - FEW)
        found.append((a - FEW * each, each + grown * (c - b) / MORE))
    return highest(found)


def _at(torch: Any, built: Any, side: int, channels: int, optimizer: str) -> dict[str, Any]:
    """Measured with pictures of one size, which a model that scales them itself is told to leave as they are."""
    if built.listed:
        _resized(built.model.transform, side)
    pictures, loss, words = loss_of(torch, built, side, channels)
    return {**measured(torch, built.model, pictures, loss, optimizer=optimizer), "size": side, "loss": words}


def _trained_at(built: Any) -> int | None:
    """The side of a square as large as the pictures that a torchvision detector trains on at most: it scales them itself."""
    if not built.listed:
        return None
    transform = built.model.transform
    if transform.fixed_size is not None:
        return int((transform.fixed_size[0] * transform.fixed_size[1]) ** 0.5)
    return int((max(transform.min_size) * transform.max_size) ** 0.5)


def _resized(transform: Any, side: int) -> None:
    """Have a torchvision detector leave pictures of this side as they are."""
    transform.min_size, transform.max_size = (side,), side
    if transform.fixed_size is not None:
        transform.fixed_size = (side, side)


def _copied(torch: Any, model: Any, device: str) -> Any:
    """A copy of the model; on `meta` one whose weights are nowhere, so that no memory is needed for it."""
    if device != "meta":
        return copy.deepcopy(model)
    known: dict[int, Any] = {}
    for tensor in model.parameters():
        known[id(tensor)] = torch.nn.Parameter(torch.empty_like(tensor, device=device), tensor.requires_grad)
    for tensor in model.buffers():
        known[id(tensor)] = torch.empty_like(tensor, device=device)
    return copy.deepcopy(model, known)
