"""What ranks have to have in common: how they are wrapped, and checksums of weights, buffers and batches at few steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

from traindx.recorder import checksum, measure, randomness
from traindx.recorder.description import core_of, held
from traindx.recorder.journal import world_size
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import Slots

GROUPS = 256
"""Checksums of weights, and of buffers, in one line: of more tensors several neighbours share one."""
LONGEST_NAME = 120
MOST_WRAPPED = 100
DDP = ("find_unused_parameters", "static_graph", "gradient_as_bucket_view", "broadcast_buffers", "bucket_bytes_cap")
WRAPPERS = ("DistributedDataParallel", "FullyShardedDataParallel", "DataParallel")
SHARDED = ("torch.distributed.fsdp", "torch.distributed._composable.fsdp")


class Ranks(Probe):
    """Writes `distributed` where a model is wrapped or sharded, and `tensors` and `checksums` at steps 0, 1, 2, 5, 10, 20 ...

    The steps are the same on every rank. Weights and buffers are those that the step's first forward pass uses, after
    DDP has sent its buffers; `at` is `backward` where that moment cannot be seen (compiled), and then there are no buffers.
    """

    on_recorded = ("backward",)
    patches = (
        Patch("torch.nn.parallel.distributed", "DistributedDataParallel.__init__", after="wrapped"),
        *(Patch(module, "fully_shard", after="sharded") for module in SHARDED),
    )

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._last = -1
        self._several = False
        self._pending: tuple[Slots, dict[str, Any]] | None = None
        self._names: tuple[list[str], list[str]] | None = None
        self._told: WeakSet[Any] = WeakSet()

    def wrapped(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A model was wrapped by DDP."""
        self._wrapped(type(arguments[0]).__name__, arguments[0], self.seen.frames.caller())

    def sharded(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A module was sharded by FSDP2: first the parts, where they are, and last the whole."""
        module = arguments[0] if arguments else named.get("module")
        if hasattr(module, "named_parameters") and len(self._told) < MOST_WRAPPED:
            self._wrapped("fully_shard", module, self.seen.frames.caller())

    def _wrapped(self, wrapper: str, module: Any, place: tuple[str, int] | None = None) -> None:
        self._told.add(module)
        settings = {name: value for name in DDP if isinstance(value := getattr(module, name, None), (bool, int))}
        parameters = {id(p) for p in module.parameters()}
        normalising = [type(m).__name__ for m in module.modules() if "BatchNorm" in type(m).__name__]
        line = {
            "kind": "distributed",
            "step": self.seen.now_at,
            "wrapper": wrapper,
            "module": type(core_of(module)).__name__,
            **settings,
            "world_size": world_size(self.seen.torch),
            "backend": _backend(self.seen.torch),
            "parameters": len(parameters),
            "batch_norm": len(normalising),
            "sync_batch_norm": normalising.count("SyncBatchNorm"),
            "optimizer_before": any(id(p) in parameters for o in self.seen.holdings.alive for p in held(o)),
        }
        self.seen.journal.write(line if place is None else {**line, "path": place[0], "line": place[1]})

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The batch, and the weights and buffers where nothing wraps the model."""
        step = self.seen.current.number
        self.rest("forward", until=next_due(step))
        if step == self._last or not is_due(step):
            return
        self._last, self._pending, torch = step, None, self.seen.torch
        if module not in self._told and (wrapper := _wrapper_of(module)):
            self._wrapped(wrapper, module)
        self._several = world_size(torch) > 1
        if not self._several:
            return
        self.wake("backward")
        slots, line = Slots(), {"kind": "checksums", "step": step, "root": type(module).__name__}
        line["random"] = randomness.states(torch)
        batch = measure.first_tensor(torch, (arguments, dict(named)))
        if batch is not None and batch.dim() and len(batch):
            line["batch_shape"] = list(batch.shape)
            ends = [[batch[0]], [batch[-1]]]
            checksum.add(torch, slots, ends, lambda values: line.update(batch=values))
        self._pending = slots, line
        if core_of(module) is module:
            self._measure(module, "forward")

    def core_forward(self, module: Any) -> None:
        """The weights and buffers, where DDP wraps the model."""
        if self._pending is not None:
            self._measure(module, "forward")

    def backward(self, tensors: Any) -> None:
        """The weights where no forward pass of the wrapped model was seen, and whether DDP leaves this pass unsynchronised."""
        if not self._several:
            return
        root, details = self.seen.roots.root, self.seen.current.details
        if self._pending is not None and root is not None:
            self._measure(core_of(root), "backward")
        if getattr(root, "require_backward_grad_sync", True) is False:
            details["unsynced"] = details.get("unsynced", 0) + 1

    def _measure(self, core: Any, at: str) -> None:
        if self._pending is None:
            return
        (slots, line), self._pending, torch = self._pending, None, self.seen.torch
        line["at"] = at
        weights = [(name.replace("_orig_mod.", ""), p) for name, p in core.named_parameters()]
        buffers = [(name.replace("_orig_mod.", ""), b) for name, b in core.named_buffers()] if at == "forward" else []
        self._tell_names(weights, buffers)
        plain = [[] if is_sharded(p) else [measure.local(p)] for _, p in weights]
        for key, tensors in (("weights", plain), ("buffers", [[measure.local(b)] for _, b in buffers])):
            groups = [_joined(part) for part in _grouped(tensors)]
            checksum.add(torch, slots, groups, lambda values, key=key: line.update({key: values}))  # type: ignore[misc]
        self.seen.journal.add_line(slots, line)

    def _tell_names(self, weights: Sequence[tuple[str, Any]], buffers: Sequence[tuple[str, Any]]) -> None:
        names = [name for name, _ in weights], [name for name, _ in buffers]
        if names != self._names:
            self._names = names
            first = [[part[0][:LONGEST_NAME] for part in _grouped(some)] for some in names]
            sharded = [i for i, (_, p) in enumerate(weights) if is_sharded(p)]
            line = {"kind": "tensors", "step": self.seen.current.number, "weights": first[0], "buffers": first[1]}
            whole = "all" if sharded and len(sharded) == len(weights) else sharded[:GROUPS]
            self.seen.journal.write({**line, "sharded": whole, "parameters": len(weights)})


def _wrapper_of(module: Any) -> str | None:
    """How a model is distributed that was wrapped before anybody looked."""
    if type(module).__name__ in WRAPPERS:
        return type(module).__name__
    return "fully_shard" if any(is_sharded(p) for p in module.parameters()) else None


def is_due(step: int) -> bool:
    """Whether a step is one of 0 and 1, 2, 5 times a power of ten: few, and the same on every rank."""
    digits = str(step)
    return digits[0] in "0125" and not digits[1:].strip("0")


def next_due(step: int) -> int:
    """The next of these steps."""
    power = int(10 ** (len(str(step)) - 1))
    return next((m * power for m in (1, 2, 5) if m * power > step), 10 * power)


def is_sharded(tensor: Any) -> bool:
    """Whether this rank holds only its part of a tensor."""
    placements = getattr(tensor, "placements", None)
    return placements is not None and not all(p.is_replicate() for p in placements)


def _grouped(items: Sequence[Any]) -> list[Sequence[Any]]:
    size = -(-len(items) // GROUPS) or 1
    return [items[i : i + size] for i in range(0, len(items), size)]


def _joined(part: Sequence[list[Any]]) -> list[Any]:
    """The tensors of some neighbours, none if any of them is not here as a whole."""
    return [tensor for tensors in part for tensor in tensors] if all(part) else []


def _backend(torch: Any) -> str | None:
    distributed = torch.distributed
    return str(distributed.get_backend()) if distributed.is_available() and distributed.is_initialized() else None
