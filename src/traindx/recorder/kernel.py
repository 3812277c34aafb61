"""A session for a notebook's kernel, which trains one model after another: each gets a recording of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traindx.recorder.description import held
from traindx.recorder.guard import guarded
from traindx.recorder.place import new_folder
from traindx.recorder.raised import fields_of
from traindx.recorder.session import Session


class KernelSession(Session):
    """Begins anew where an optimizer is made for parameters that belong to no model trained so far.

    `recorded` lists the folders that hold a recording, oldest first; the one under way is last, once something trained.
    """

    past: tuple[Path, ...] = ()
    _mark = (-1, -1, -1)

    @property
    def recorded(self) -> tuple[Path, ...]:
        """The folders that hold a recording."""
        return (*self.past, self.folder) if self.seen.journal.is_open else self.past

    def optimizer_made(self, optimizer: Any) -> None:
        """An optimizer was constructed: of another model, or of the one that is trained."""
        self._part(optimizer)
        super().optimizer_made(optimizer)

    @guarded
    def _part(self, optimizer: Any) -> None:
        root, seen = self.seen.roots.root, self.seen
        if not seen.journal.is_open:
            return
        known = {id(p) for other in seen.holdings.alive if other is not optimizer for p in held(other)}
        known |= set() if root is None else {id(p) for p in root.parameters()}
        if not any(id(p) in known for p in held(optimizer)):
            seen.finish(self.cost)
            self.past = self.recorded
            self.folder = new_folder().resolve()
            self._begin()

    @guarded
    def write_out(self) -> None:
        """Write all that is pending; recording goes on."""
        self.seen.close(self.cost)
        self.seen.journal.flush(wait=True)

    @guarded
    def cell_begins(self) -> None:
        """Note where the training stands."""
        self._mark = self._standing()

    @guarded
    def cell_failed(self, error: BaseException) -> None:
        """A cell ended by an error; it stands in the recording if that cell trained, an interrupt as an event of its own."""
        if self._standing() == self._mark or not self.seen.journal.is_open:
            return
        fields = fields_of(error, self.frames)
        if isinstance(error, KeyboardInterrupt):
            place = {name: fields[name] for name in ("path", "line") if name in fields}
            self.seen.journal.event("interrupted", self.seen.now_at, **place)
            return
        self.seen.journal.event("exception", self.seen.now_at, **fields)

    def _standing(self) -> tuple[int, int, int]:
        seen = self.seen
        return id(seen.journal), seen.steps_taken, len(seen.current.calls)
