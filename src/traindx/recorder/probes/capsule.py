"""The capsule: what is needed to do one bad step again, held while the training runs and written only when a step is bad."""

from __future__ import annotations

import math
import os
import weakref
from collections import deque
from typing import Any

from traindx.recorder import capsule_writing as writing
from traindx.recorder import measure
from traindx.recorder.contents import is_a
from traindx.recorder.description import core_of, held
from traindx.recorder.kept import Kept, named_state, not_finite, size_of
from traindx.recorder.pairing import used_batches
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.structure import leaves, tensors_of

DEFAULT_MIB = 512
BUDGET = "TRAINDX_CAPSULE_MIB"
"""The setting for the budget in memory and on disk, in MiB; 0 keeps and writes nothing."""
SHARE = 0.002
"""Share of the run's time that copies of the weights may take (a guess: a fifth of the recorder's own budget)."""
COPIED_PER_SECOND = 8e9
"""Bytes a second that a copy from the device is taken to move (a guess for PCIe 3): the host does not see how long it takes."""
SENTINEL = 1 << 16
"""Elements of the gradients that are looked at in every step, at most."""


class Capsule(Probe):
    """Keeps the last batches by reference and copies of the weights at recorded steps; writes an event `capsule`.

    On the host a loss, and the first small gradient of what an optimizer holds (what turned bad behind it has reached it),
    are looked at in every step, which costs no waiting there: so the weights before the bad step are still the module's.
    On a device the step is found bad later, and the weights are the last copy's.
    """

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._most = int(float(os.environ.get(BUDGET) or DEFAULT_MIB) * 2**20)
        self._kept = Kept(seen.torch)
        self._spent = 0.0
        self._handed: deque[tuple[int, dict[str, tuple[Any, int]]]] = deque()
        self._root: weakref.ref[Any] | None = None
        self._late = False
        self._called: dict[str, tuple[Any, int]] = {}
        self._random: dict[str, Any] = {}
        self._sentinels: dict[int, list[weakref.ref[Any]]] = {}
        self._written: set[str] = set()
        self._bad = -1

    # ---- what is kept ----

    def batch(self, loader: Any, batch: Any) -> None:
        """Hold what the loader hands out, by reference, with the version of each tensor."""
        if not self._most or not self.seen.torch.is_grad_enabled():
            return
        torch = self.seen.torch
        found = {p: (x, measure.version(x) if is_a(x, torch.Tensor) else 0) for p, x in leaves(torch, batch)}
        self._handed.append((self.seen.now_at, found))
        if len(self._handed) > 2:
            self._forget()

    def _forget(self) -> None:
        """Let go of batches: on the host the last two are enough, on a device the step is found bad later."""
        if not self._late:
            self._handed.popleft()
            return
        held_bytes = 0
        for at in range(len(self._handed) - 1, -1, -1):
            tensors = {p: x for p, (x, _) in self._handed[at][1].items() if hasattr(x, "device")}
            held_bytes += size_of(tensors)
            on_host = all(t.device.type == "cpu" and not t.is_shared() for t in tensors.values())
            if len(self._handed) - at > 2 and not (on_host and held_bytes <= self._most // 2):
                for _ in range(at + 1):
                    self._handed.popleft()
                return

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """Hold what the root receives until the step is over; on recorded steps copy its weights, as far as time allows."""
        if not self._most:
            return
        torch, step = self.seen.torch, self.seen.current
        if self._root is None or self._root() is not module:
            self._root = weakref.ref(module)
            self._late = any(p.device.type != "cpu" for p in module.parameters())
        only: Any = arguments[0] if len(arguments) == 1 and not named else None  # so it is most often
        if measure.readable(torch, only) and not only.is_inference():
            self._called = {"/args/0": (only, only._version)}
        else:
            given = {"args": arguments, "kwargs": named}
            self._called = {path: (t, measure.version(t)) for path, t in tensors_of(torch, given).items()}
        self._random = {"cpu": torch.default_generator.get_state()}
        if self._late and torch.cuda.is_initialized():
            self._random["cuda"] = torch.cuda.get_rng_state()
        if step.recorded and "b" not in step.calls and self._affordable(module, step.number):
            began = self.seen.journal.now
            self._kept.take(module, step.number, self._most // 2)
            self._spent += self.seen.journal.now - began

    def _affordable(self, module: Any, step: int) -> bool:
        if self._late:
            known = (p for p in module.parameters() if not measure.is_lazy(p))
            on_device = sum(p.numel() * p.element_size() for p in known if p.device.type != "cpu")
            self._spent += on_device / COPIED_PER_SECOND
        return step == 0 or self._spent <= SHARE * self.seen.journal.now

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The step is over, and no other follows at once: let go of what belongs to it."""
        self._called = {}

    # ---- whether a step is bad ----

    def loss_not_finite(self, value: float) -> None:
        """A loss on the host is not finite."""
        if self._most:
            self._write("loss", self.seen.now_at, value)

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """Look at the first small gradient of what the optimizer holds, on recorded steps at the last too, on the host."""
        if not self._most or closure or getattr(optimizer, "found_inf", None) is not None:
            return  # the scaler has looked already: a fused optimizer leaves such a step out by itself
        torch, references = self.seen.torch, self._sentinels.get(id(optimizer))
        if references is None:
            references = self._sentinels[id(optimizer)] = _sentinels(optimizer)
        for reference in references if self.seen.current.recorded else references[:1]:
            parameter = reference()
            gradient: Any = None if parameter is None else parameter.grad
            if type(gradient) is not torch.Tensor or not gradient.is_cpu or gradient.layout is not torch.strided:
                continue
            plain = gradient.detach() if gradient.requires_grad else gradient
            if not math.isfinite(plain.sum().item()):
                self._write("gradient", self.seen.now_at, float("nan"))
                return

    def anomaly(self, step: int, what: str) -> None:
        """A step that is over turned out odd: the state is the last copy before it."""
        if what == "jump" and self._too_dear():
            return
        if self._most and step != self._bad:
            self._write(what, step, None, over=True)

    def _too_dear(self) -> bool:
        """Whether a capsule for a jump, which most often means nothing, would take more than its share of the time."""
        return self._kept.bytes / 2e8 > SHARE * self.seen.journal.now

    def raised(self, error: BaseException) -> None:
        """An exception ends the training in the middle of a step."""
        step = self.seen.current
        if not isinstance(error, Exception):  # somebody stopped it: no step is to blame
            self._root = None
        elif self._most and "f" in step.calls and not step.stepped:
            self._write("exception", step.number, None, error=f"{type(error).__name__}: {error}"[:300])

    def end(self) -> None:
        """The code left between forward and backward pass, as it does when it sees a loss that is not finite."""
        step, returned = self.seen.current, self.seen.losses.returned
        value: Any = None if returned is None else returned[0]
        root = None if self._root is None else self._root()
        if not self._most or root is None or "f" not in step.calls or "b" in step.calls or step.stepped:
            return
        known = measure.usable(self.seen.torch, value) and value.numel() == 1
        if known and not math.isfinite(float(value)):
            self._write("loss", step.number, float(value))
        elif not known and root.training and self.seen.saw_backward:
            self._write("exit", step.number, None)

    # ---- what is written ----

    def _write(self, what: str, step: int, loss: float | None, *, over: bool = False, error: str = "") -> None:
        """Write a capsule, once for a bad step and once for a jump; `over`: the step is over, its weights are gone."""
        kind = "jump" if what == "jump" else "bad"
        root = None if self._root is None else self._root()
        if root is None or kind in self._written:
            return
        self._written.add(kind)
        self._bad = step
        torch = self.seen.torch
        content = writing.Content({"step": step, "what": what, "rank": int(os.environ.get("RANK") or 0)})
        live = {} if over else named_state(torch, root)
        poisoned = not_finite(torch, live)
        core = core_of(root)
        trained = {name for name, _ in core.named_parameters()}
        gone = over or any(name in trained for name in poisoned)
        self._add_batches(content, step, over, earlier=gone)
        state_step: int | None = step
        state = live
        if gone:
            copy = self._kept.before(step)
            state, state_step = ({}, None) if copy is None else (copy.tensors, copy.step)
            if copy is None:
                content.left_out.append("weights: no copy of them from before the step")
        content.add("weights and buffers", "state/", {n: t for n, t in state.items() if gone or n not in poisoned})
        content.facts |= {
            "model": type(core).__name__,
            "training": bool(root.training),
            "modes": [n for n, m in core.named_modules() if m.training is not root.training][:1000],
            "state_step": state_step,
            "poisoned": sorted(poisoned, key=lambda name: name not in trained)[:1000],
            "poisoned_weights": sum(name in trained for name in poisoned),
            "loss": loss,
            "losses": list(self.seen.losses.last),
            "error": error,
            "calls": "".join(self.seen.current.calls),
            "lr": self.seen.holdings.rates[:8],
            "folder": str(self.seen.journal.folder),
        }
        path = writing.write(torch, self.seen.journal.folder, content, self._most)
        self.seen.journal.event(
            "capsule", step, file=path.name, what=what, state_step=state_step, left_out=content.left_out[:10]
        )

    def _add_batches(self, content: writing.Content, step: int, over: bool, *, earlier: bool) -> None:
        torch = self.seen.torch
        used, content.facts["paired"] = used_batches(torch, self._handed, {} if over else self._called, step, over=over)
        if earlier:  # it may have been the step before that made the weights what they are
            before = [
                batch for number, batch in self._handed if number == step - 1 and all(batch is not u for u in used)
            ]
            content.facts["earlier"], used = len(before), [*used, *before]
        samples: dict[str, Any] = {}
        for at, leaf_by_path in enumerate(used):
            whole = {p: pair[0] for p, pair in leaf_by_path.items() if _is_intact(pair)}
            if len(whole) < len(leaf_by_path):
                gone = sorted(set(leaf_by_path) - set(whole))
                content.left_out.append(
                    f"of the batch, changed in place since the loader gave it: {', '.join(gone)[:200]}"
                )
            content.add("batch", f"batch/{at}", {p: x for p, x in whole.items() if is_a(x, torch.Tensor)})
            samples |= {f"{at}{p}": list(x)[:512] for p, x in whole.items() if not is_a(x, torch.Tensor)}
        content.facts["samples"] = samples
        if not over:
            called = {path: pair[0] for path, pair in self._called.items() if _is_intact(pair)}
            content.add("what the model received", "argument", called)
            content.add("random state", "random/", self._random)
            returned = self.seen.losses.returned
            target = None if returned is None or self._handed else returned[1]
            if measure.readable(torch, target):
                content.add("target", "target/", {"0": target})


def _sentinels(optimizer: Any) -> list[weakref.ref[Any]]:
    """The first and the last small parameter on the host that an optimizer holds."""
    known = [p for p in held(optimizer) if not measure.is_lazy(p) and p.is_floating_point() and not p.is_nested]
    small = [p for p in known if p.device.type == "cpu" and p.numel() <= SENTINEL]
    return [weakref.ref(p) for p in (*small[:1], *small[1:][-1:])]


def _is_intact(pair: tuple[Any, int]) -> bool:
    """Whether a leaf was not changed in place since it was handed out."""
    return not hasattr(type(pair[0]), "_version") or measure.version(pair[0]) == pair[1]
