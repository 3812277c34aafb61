"""Weights that change between one optimizer step and the next, by something that is no optimizer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from traindx.recorder.code_lines import lines_like
from traindx.recorder.description import held
from traindx.recorder.measure import local, usable
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.readback import Slots, rounded

MOST = 40
"""Pairs of recorded steps that are compared."""
TENSORS, EACH = 8, 16
"""Weights of an optimizer that are looked at, spread over all that it holds, and the first numbers of each."""
OVERWRITES = re.compile(
    r"\.data\b|\.copy_\(|\.apply\(|load_state_dict\(|reset_parameters\(|\binit\.\w+_\(|weight_init|init_weights|\.(add|sub|mul)_\("
)


class BetweenSteps(Probe):
    """Writes a line `between_steps` for a recorded step and the one that follows it, of the first optimizer: how far
    an excerpt of its weights moved between them (`moved`), in the step before (`update`), and its norm (`norm`). With the
    first one `code`: the lines of the file `code_path`, which takes the steps, that may change weights.
    """

    on_recorded = ("before_step", "after_step")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._of: int | None = None
        self._chosen: list[int] = []
        self._lines = 0
        self._before: Any = None
        self._after: tuple[Any, Any, int] | None = None

    def _excerpt(self, optimizer: Any) -> Any:
        torch, all_of_them = self.seen.torch, held(optimizer)
        if self._of is None:
            wide = [at for at, p in enumerate(all_of_them) if p.dim() > 1]
            self._of, self._chosen = id(optimizer), wide[:: max(1, -(-len(wide) // TENSORS))]
        if self._of != id(optimizer) or not self._chosen or self._chosen[-1] >= len(all_of_them):
            return None
        few = [local(all_of_them[at]) for at in self._chosen]
        if not all(usable(torch, p) for p in few) or len({p.device for p in few}) > 1:
            return None
        with torch.no_grad():
            return torch.cat(
                [p.detach().view(-1)[:EACH] if p.is_contiguous() else p.detach()[0].flatten()[:EACH] for p in few]
            ).float()

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is about to start."""
        if closure or self._lines >= MOST:
            return
        self._before = now = self._excerpt(optimizer)
        after, number = self._after, self.seen.current.number
        if now is None:
            return
        self._after = None
        if after is None or after[2] + 1 != number or after[0].shape != now.shape:
            return
        last, update, before = after
        line: dict[str, Any] = {"kind": "between_steps", "step": number, "after": before}
        place = self.seen.frames.caller() if not self._lines else None
        if place:
            line |= {"code_path": place[0], "code": lines_like(OVERWRITES, self.seen.frames.cwd, place[0])}
        self._lines += 1
        slots, torch = Slots(), self.seen.torch
        with torch.no_grad():
            slots.add(torch.stack([(now - last).norm(), update, last.norm()]), self.contained(_named(line)))
        self.seen.journal.add_line(slots, line)

    def after_step(self, optimizer: Any, closure: bool) -> None:
        """It is over."""
        before, self._before = self._before, None
        now = None if before is None or closure or self._of != id(optimizer) else self._excerpt(optimizer)
        if now is None or now.shape != before.shape:
            return
        with self.seen.torch.no_grad():
            self._after = (now, (now - before).norm(), self.seen.current.number)


def _named(line: dict[str, Any]) -> Callable[[list[float]], None]:
    return lambda values: line.update(zip(("moved", "update", "norm"), map(rounded, values), strict=True))
