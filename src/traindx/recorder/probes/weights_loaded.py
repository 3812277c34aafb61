"""Which weights were loaded into what is trained: how many names fitted, from which line, and whether they were kept."""

from __future__ import annotations

import weakref
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import mapping
from traindx.recorder.description import core_of
from traindx.recorder.loaded_keys import key_facts
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import Slots
from traindx.recorder.step import Step

MOST = 20
"""Loads that are written, and ..."""
TENSORS = 500
"""... parameters of each that are looked at again before the first step."""


class WeightsLoaded(Probe):
    """Writes a line `weights_loaded` for each `load_state_dict` before the first backward pass: see `key_facts`, `class`,
    `strict`, `by` (`ultralytics` where its own transfer called it), path and line of the user's code, `covers` (share of the
    trained model's parameters that belong to the module), and `kept` of `looked` tensors whose norm is still that
    of the load when the training begins. A later load has the `step` before which it came in `later`, and no `kept`; the
    validation that follows it is a line of its own, with `restored`.
    """

    on_recorded = ("forward", "closed")
    patches = (
        Patch("torch.nn.modules.module", "Module.load_state_dict", before="loading", after="loaded"),
        Patch("ultralytics.nn.tasks", "BaseModel.load", before="transfer"),
    )

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._loads: list[tuple[dict[str, Any], weakref.ref[Any], list[weakref.ref[Any]], Any]] = []
        self._pending: dict[str, Any] | None = None
        self._written = self._transfer = self._compared = False
        self._count = 0

    def transfer(self, arguments: Arguments, named: Named) -> None:
        """Ultralytics transfers what fits of a checkpoint."""
        self._transfer = True

    def loading(self, arguments: Arguments, named: Named) -> None:
        """A state dict is about to be loaded: afterwards its tensors may be the module's own."""
        self._pending = None
        given = mapping(arguments[1] if len(arguments) > 1 else named.get("state_dict"))
        if given is None or self._count >= MOST:
            return
        module = arguments[0]
        if self.seen.saw_backward and self._is_trained(module):
            self.seen.weights_restored()
        own = {name: p for name, p in module.named_parameters(remove_duplicate=False) if not measure.is_lazy(p)}
        if not own:
            return
        strict = arguments[2] if len(arguments) > 2 else named.get("strict", True)
        facts = {
            "class": type(module).__name__,
            "strict": bool(strict),
            **key_facts(given, own, dict(module.named_buffers())),
        }
        place = self.seen.frames.caller()
        facts |= {"path": place[0], "line": place[1]} if place else {}
        self._pending = facts | ({"by": "ultralytics"} if self._transfer else {})
        self._pending |= {"later": self.seen.now_at} if self._written or self.seen.saw_backward else {}
        self._transfer = False

    def _is_trained(self, module: Any) -> bool:
        """Whether it is the root, or stands in its wrapper or around it."""
        root = self.seen.roots.root
        return root is not None and core_of(module) is core_of(root)

    def loaded(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A state dict was loaded."""
        facts, self._pending = self._pending, None
        if facts is None:
            return
        module, torch = arguments[0], self.seen.torch
        self._count += 1
        if "later" in facts:
            self._loads.append((facts, weakref.ref(module), [], None))
            return
        given = mapping(arguments[1] if len(arguments) > 1 else named.get("state_dict")) or {}
        kept = [p for name, p in module.named_parameters() if name in given and measure.usable(torch, p)][:TENSORS]
        norms = measure.norms(torch, [p.detach() for p in kept]) if kept else None
        self._loads.append((facts, weakref.ref(module), [weakref.ref(p) for p in kept], norms))

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: the weights are those with which the training begins."""
        if self._compared or not self._loads or self.seen.saw_backward:
            return
        self._compared = True
        for facts, _, references, norms in self._loads:
            if "later" not in facts:
                facts["_again"] = self._again(references, norms)

    def _again(self, references: list[weakref.ref[Any]], norms: Any) -> Any:
        """How many tensors have the norm that they had (to one in a hundred: they may have changed their type), and of how many."""
        torch = self.seen.torch
        alive = [(at, p) for at, p in enumerate(reference() for reference in references) if measure.usable(torch, p)]
        if not alive:
            return None
        with torch.no_grad():
            now = measure.norms(torch, [p.detach() for _, p in alive if p is not None])
            before = norms.to(now.device)[[at for at, _ in alive]]
            return torch.stack(
                [((now - before).abs() <= 0.01 * before + 1e-12).sum(), torch.tensor(len(alive), device=now.device)]
            )

    def closed(self, step: Step) -> None:
        """A step is over: it is known what is trained with what was loaded before."""
        self._written |= self._tell()

    def end(self) -> None:
        """The recording ends: what was loaded last was validated, if anything."""
        self._tell()

    def _tell(self) -> bool:
        root = self.seen.roots.root
        if root is None:
            return False
        loads, self._loads = self._loads, []
        if not loads:
            return True
        trained = {id(p): int(p.numel()) for p in core_of(root).parameters() if not measure.is_lazy(p)}
        for facts, reference, _, _ in loads:
            self._write(facts, reference(), trained)
        return True

    def _write(self, facts: dict[str, Any], module: Any, trained: dict[int, int]) -> None:
        again, slots = facts.pop("_again", None), Slots()
        inside = 0 if module is None else sum(trained.get(id(p), 0) for p in module.parameters())
        line = {"kind": "weights_loaded", **facts, "covers": round(inside / max(1, sum(trained.values())), 4)}
        if again is not None:
            slots.add(again, lambda values: line.update(kept=int(values[0]), looked=int(values[1])))
        self.seen.journal.add_line(slots, line)
