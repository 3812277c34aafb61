"""The gradient scaler of mixed precision: its settings, the scale, where it changes, and the steps that it leaves out."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.holdings import Place
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.step import Step

SCALERS = (
    ("torch.amp.grad_scaler", "GradScaler"),
    ("torch.cuda.amp.grad_scaler", "GradScaler"),  # a class of its own before torch 2.3
    ("torch.distributed.fsdp.sharded_grad_scaler", "ShardedGradScaler"),
)
MOST_SCALERS = MOST_OPTIMIZERS = 8
MOST_PENDING = 1000
"""Scales of one step that are kept: where every step is left out, the step has no end."""
MOST_CHANGES = 2000
"""Events `loss_scale` of one recording; at the default growth interval a million steps make about a thousand.
`step_skipped` is bounded by the same number; the counts go on."""


class LossScale(Probe):
    """Writes a line `scaler` for each scaler, `scaler` into recorded steps, and an event `loss_scale` at each change.

    Where the optimizer is not fused the host knows of every step left out, so that the scale is looked at on recorded
    steps, after a step left out, when it is due to grow and when the user sets it. A fused optimizer leaves the decision
    on the device: then scale and `found_inf` are taken at every step, and read back with the next recorded one.
    """

    on_recorded = ("closed",)
    patches = tuple(
        patch
        for module, name in SCALERS
        for patch in (
            Patch(module, f"{name}.__init__", after="made"),
            Patch(module, f"{name}.step", before="about_to_step", after="stepped"),
            Patch(module, f"{name}.update", before="about_to_update", after="updated"),
        )
    )

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._made: list[tuple[weakref.ref[Any], Place | None]] = []
        self._known: weakref.WeakSet[Any] = weakref.WeakSet()
        self._counts: dict[int, list[int]] = {}
        self._changes = self._unchanged_for = self._taken_before = self._closed_attempts = 0
        self._last: float | None = None
        self._suspect = self._set = False
        self._slots = Slots()

    @property
    def _attempts(self) -> int:
        return sum(tried for tried, _ in self._counts.values())

    @property
    def _skipped(self) -> int:
        return sum(skipped for _, skipped in self._counts.values())

    def made(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A scaler was constructed."""
        if len(self._made) < MOST_SCALERS:
            self._made.append((weakref.ref(arguments[0]), self.seen.frames.caller()))

    def about_to_step(self, arguments: Arguments, named: Named) -> None:
        """A scaler's step begins."""
        self.wake("closed")
        self._describe(arguments[0])
        self._taken_before = self.seen.steps_taken

    def stepped(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A scaler's step is over: the optimizer stepped in it, or was left out."""
        scaler, optimizer = arguments[0], _argument(arguments, named, 1, "optimizer")
        if not scaler.is_enabled() or optimizer is None:
            return
        fused = bool(getattr(optimizer, "_step_supports_amp_scaling", False))
        left_out = self.seen.steps_taken == self._taken_before
        number = self._number(optimizer)
        self._counts.setdefault(number, [0, 0])[0] += 1
        self._suspect |= left_out or fused
        if left_out:
            self._left_out(number, self.seen.now_at)
        step = self.seen.current
        if step.recorded and step.stepped:
            facts = step.details.setdefault("scaler", {})
            facts.update(attempts=self._attempts, skipped=self._skipped)
            self._take(scaler, lambda scale: facts.update(scale=scale))
        if fused:
            self._found_inf(scaler, optimizer, number)

    def about_to_update(self, arguments: Arguments, named: Named) -> None:
        """The scale is about to be changed or kept."""
        self._set = _argument(arguments, named, 1, "new_scale") is not None

    def updated(self, arguments: Arguments, named: Named, result: Any) -> None:
        """It was changed or kept."""
        scaler = arguments[0]
        if not scaler.is_enabled() or getattr(scaler, "_scale", None) is None:
            return
        self.wake("closed")
        self._unchanged_for = 0 if self._suspect or self._set else self._unchanged_for + 1
        due = self._unchanged_for >= scaler.get_growth_interval()
        if self._suspect or self._set or due or self.seen.current.recorded:
            at, by_user = self.seen.now_at, self._set
            self._take(scaler, lambda scale: self._compare(scale, at, by_user))
        self._suspect, self._unchanged_for = False, 0 if due else self._unchanged_for

    def closed(self, step: Step) -> None:
        """The loss was scaled and the optimizer stepped without the scaler: its gradients are multiplied by the scale."""
        scaled = self.seen.losses.scaled is not self.seen.losses.scaled_before
        total = self._attempts if self._counts else 0
        attempts, self._closed_attempts = total - self._closed_attempts, total
        if scaled and not attempts and step.recorded:
            step.details["scaler"] = {"bypassed": True}
        if self._slots.segments:
            step.slots.segments += self._slots.segments
            self._slots = Slots()

    def end(self) -> None:
        """Say how many steps were tried and how many left out, and which scalers were never stepped."""
        for reference, _ in self._made:
            if (scaler := reference()) is not None:
                self._describe(scaler, used=False)
        if self._attempts:
            line = {
                "kind": "scaler_end",
                "step": self.seen.now_at,
                "attempts": self._attempts,
                "skipped": self._skipped,
            }
            line["optimizers"] = {
                str(n): {"attempts": tried, "skipped": out} for n, (tried, out) in self._counts.items()
            }
            self.seen.journal.add_line(self._slots, line)

    def _number(self, optimizer: Any) -> int:
        """The optimizer's number; of very many the last ones are counted together."""
        return min(self.seen.holdings.number_of(optimizer) or 0, MOST_OPTIMIZERS)

    def _left_out(self, number: int, step: int, **fields: Any) -> None:
        self._counts[number][1] += 1
        if self._skipped <= MOST_CHANGES:
            self.seen.journal.event("step_skipped", step, what="gradients not finite", optimizer=number, **fields)

    def _describe(self, scaler: Any, *, used: bool = True) -> None:
        if scaler in self._known or len(self._known) >= MOST_SCALERS:
            return
        self._known.add(scaler)
        line: dict[str, Any] = {
            "kind": "scaler",
            "step": self.seen.now_at,
            "class": type(scaler).__name__,
            "used": used,
        }
        line["enabled"] = bool(scaler.is_enabled())
        if line["enabled"]:
            line["init_scale"] = float(scaler._init_scale)
            line["growth_factor"], line["backoff_factor"] = scaler.get_growth_factor(), scaler.get_backoff_factor()
            line["growth_interval"] = scaler.get_growth_interval()
        place = next((place for reference, place in self._made if reference() is scaler), None)
        self.seen.journal.write(line | ({"path": place[0], "line": place[1]} if place else {}))

    def _take(self, scaler: Any, fill: Callable[[float], None]) -> None:
        scale: Any = getattr(scaler, "_scale", None)
        if measure.usable(self.seen.torch, scale) and len(self._slots.segments) < MOST_PENDING:
            self._slots.add(scale.detach().clone(), lambda values: fill(rounded(values[0])))

    def _compare(self, scale: float, step: int, by_user: bool) -> None:
        before, self._last = self._last, scale
        if before is not None and before != scale:
            self._changes += 1
            if self._changes <= MOST_CHANGES:
                what = "set" if by_user else "backoff" if scale < before else "growth"
                self.seen.journal.event("loss_scale", step, what=what, before=before, after=scale)

    def _found_inf(self, scaler: Any, optimizer: Any, number: int) -> None:
        """A fused optimizer left the step out where this is not zero; only the device knows it yet."""
        states = getattr(scaler, "_per_optimizer_states", {})
        found = list((states.get(id(optimizer)) or {}).get("found_inf_per_device", {}).values())
        if not found or not all(measure.usable(self.seen.torch, t) for t in found):
            return
        step = self.seen.current

        def fill(values: Sequence[float]) -> None:
            if any(values):
                self._left_out(number, step.number, fused=True)
                step.details.setdefault("scaler", {})["found_inf"] = True
            if step.recorded:
                step.details.setdefault("scaler", {})["skipped"] = self._skipped

        vector = self.seen.torch.stack([t.detach().reshape(()).to(found[0].device, non_blocking=True) for t in found])
        self._slots.add(vector, fill)


def _argument(arguments: Arguments, named: Named, at: int, name: str) -> Any:
    return arguments[at] if len(arguments) > at else named.get(name)
