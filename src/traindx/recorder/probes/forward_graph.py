"""How the weighted layers follow one another in the first step: which of them meet without a nonlinear function between."""

from __future__ import annotations

from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.forward_graph import Weighted, walk
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe

MOST = 400
"""Weighted layers of a line; of a longer network nothing is written."""


class ForwardGraph(Probe):
    """Writes one line `graph` at the first backward pass: `weighted` layers in the order of their calls, each with the name of
    its weight (null where it is frozen or not the model's), `shape`, `groups`, the positions of the layers whose output it
    receives through linear operations alone (`after`), and what stands on its other ways back (`through`: the names of
    autograd's operations, `start` for the network's input); `operations` counts the nodes of the graph by name.

    The graph is there for the backward pass anyway; walking it reads names and links, and no tensor.
    """

    on_recorded = ("backward",)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._done = False

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start: the graph behind the losses is complete."""
        if self._done:
            return
        self._done = True
        torch, root = self.seen.torch, self.seen.roots.root
        listed = [tensors] if isinstance(tensors, torch.Tensor) else list(tensors)
        found = walk([t for t in listed if isinstance(t, torch.Tensor)])
        if found is None or root is None or not 0 < len(found[0]) <= MOST:
            return
        weighted, kinds = found
        names = {id(p): name.replace("_orig_mod.", "") for name, p in core_of(root).named_parameters()}
        line = {"kind": "graph", "step": self.seen.now_at, "weighted": rows(weighted, names)}
        self.seen.journal.write({**line, "operations": dict(kinds.most_common(60))})


def rows(weighted: list[Weighted], names: dict[int, str]) -> list[dict[str, Any]]:
    """The layers as the line holds them; `names` are those of the parameters, by identity."""
    position = {one.node: at for at, one in enumerate(weighted)}
    return [
        {
            "name": names.get(id(one.weight)),
            "shape": [] if one.weight is None else list(one.weight.shape),
            "groups": one.groups,
            "after": sorted(position[node] for node in one.after),
            "through": sorted(one.through)[:8],
        }
        for one in weighted
    ]
