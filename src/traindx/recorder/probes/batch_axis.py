"""Where the batch lies: in sequence layers that may take it for the steps of a sequence, and on its way to the loss."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.batch_path import Followed, follow
from traindx.recorder.description import core_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.step import Step

MOST = 50


class BatchAxis(Probe):
    """Writes one line `sequence_layers` of the first step: each recurrent layer and attention that is called with gradients, with
    its `kind`, `batch_first`, the `shape` of its first input, and `samples`: the first dimension of what the root was given,
    where the loss was given a vector of as many targets; and one line `batch_path`: through how many `layers` `of` all the
    samples were followed from the loss, and the layer that is the first to mix them (`layer`, the `shape` that it made, their
    `axis`; `by` norm or softmax: what mixes them along their own axis, behind that layer).
    """

    on_recorded = ("layer", "closed", "forward", "loss")
    patches = (Patch("torch.nn.modules.activation", "MultiheadAttention.forward", before="attention"),)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._found: dict[int, dict[str, Any]] = {}
        self._samples: int | None = None
        self._targets: int | None = None
        self._written = False
        self._path: Followed | None = None

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: the first tensor that it is given tells the size of the batch."""
        if self._written or self._samples is not None:
            return
        given = measure.first_tensor(self.seen.torch, [*arguments, dict(named)])
        if given is not None and given.dim() > 1:
            self._samples = int(given.shape[0])

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function was given a target for each sample: so the first dimension of the input is the batch."""
        if self._written or self._targets is not None or target.dim() != 1:
            return
        self._targets = int(target.shape[0])
        if self._targets > 1 and self._targets == self._samples and tuple(scores.shape[:1]) == target.shape:
            self._path = follow(scores, self._targets)

    def attention(self, arguments: Arguments, named: Named) -> None:
        """An attention is called."""
        if not self._written:
            query = arguments[1] if len(arguments) > 1 else named.get("query")
            self._take(arguments[0], query)

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A layer returned."""
        if not self._written and arguments and isinstance(module, self.seen.torch.nn.RNNBase):
            self._take(module, arguments[0])

    def _take(self, module: Any, given: Any) -> None:
        usable = measure.usable(self.seen.torch, given) and given.dim() == 3
        if usable and id(module) not in self._found and len(self._found) < MOST and self.seen.torch.is_grad_enabled():
            facts = {"kind": type(module).__name__, "batch_first": bool(module.batch_first), "shape": list(given.shape)}
            self._found[id(module)] = facts

    def closed(self, step: Step) -> None:
        """The first step is over."""
        root = self.seen.roots.root
        if self._written or root is None:
            return
        self._written, found, self._found = True, self._found, {}
        self.leave("forward", "layer", "loss", "closed")
        self._write_path(step, root)
        names = {id(m): name.replace("_orig_mod.", "") for name, m in core_of(root).named_modules()} if found else {}
        layers = [{"name": names[key], **facts} for key, facts in found.items() if key in names]
        if layers and self._samples is not None and self._samples == self._targets:
            line = {"kind": "sequence_layers", "step": step.number, "samples": self._samples, "layers": layers}
            self.seen.journal.write(line)

    def _write_path(self, step: Step, root: Any) -> None:
        path, self._path = self._path, None
        if path is None:
            return
        weights = [(name, p) for name, p in core_of(root).named_parameters() if p.dim() > 1]
        line: dict[str, Any] = {"kind": "batch_path", "step": step.number, "samples": self._samples}
        line |= {"layers": path.layers, "of": len(weights)}
        mixed = path.mixed
        name = next((name for name, p in weights if mixed is not None and p is mixed.weight), None)
        if mixed is not None and name is not None:
            line |= {"layer": name.rpartition(".")[0], "shape": list(mixed.shape), "axis": mixed.axis}
            line |= {"by": mixed.by} if mixed.by else {}
        self.seen.journal.write(line)
