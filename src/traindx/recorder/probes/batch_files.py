"""The files that a step's samples come from, where the batch or the loader's dataset tells them."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traindx.recorder.contents import is_a, mapping, sequence
from traindx.recorder.dataset_names import names_of
from traindx.recorder.probe import Arguments, Named, Patch, Probe

MOST, LENGTH = 64, 160
"""File names of a step that are written, and letters of each, from its end."""
REMEMBERED = 64
"""Steps whose files are kept, so that an anomaly that is noticed later can name them."""
AHEAD = (("timm.data.loader", "PrefetchLoader.__iter__"), ("accelerate.data_loader", "DataLoaderShard.__iter__"))
"""Loaders that fetch a batch before they hand out the one before it."""


@dataclass
class Fetched:
    """A batch that a loader has handed out: where its names can be found."""

    dataset: Any
    indices: Sequence[Any]
    names: Sequence[Any]
    used: bool = False

    def resolved(self) -> list[str]:
        """The names, empty where they are not known."""
        if self.names:
            return [os.fspath(name) for name in self.names[:MOST]]
        dataset = None if self.dataset is None else self.dataset()
        return [] if dataset is None else names_of(dataset, self.indices[:MOST])


class BatchFiles(Probe):
    """Writes `files` {folder, names} into the step, and leaves those of each step's first batch as `notes["files"]` (`Fetched`).

    After an anomaly an event `anomaly_files` names them for that step.
    """

    on_recorded = ("forward", "closed")
    patches = (
        Patch("torch.utils.data.dataloader", "_BaseDataLoaderIter._reset", before="begins"),
        Patch("torch.utils.data.dataloader", "_BaseDataLoaderIter._next_index", after="drawn"),
        *(Patch(module, path, before="prefetching") for module, path in AHEAD),
    )

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._drawn: weakref.WeakKeyDictionary[Any, deque[Any]] = weakref.WeakKeyDictionary()
        self._fetched: deque[Fetched] = deque(maxlen=2)
        self._of_step: list[Fetched] = []
        self._steps: deque[tuple[int, list[Fetched]]] = deque(maxlen=REMEMBERED)
        self._ahead = False

    def prefetching(self, arguments: Arguments, named: Named) -> None:
        """A loader is used that is a batch ahead of what it hands out."""
        self._ahead = True

    def begins(self, arguments: Arguments, named: Named) -> None:
        """An iterator begins, or begins anew (persistent workers): what was drawn and not handed out never will be."""
        self._drawn.pop(arguments[0], None)

    def drawn(self, arguments: Arguments, named: Named, indices: Any) -> None:
        """The sampler has said which samples a batch is made of; with workers long before it is there."""
        if type(indices) is list:
            self._drawn.setdefault(arguments[0], deque()).append(indices)

    def batch(self, loader: Any, batch: Any) -> None:
        """A batch was handed out: in the order drawn, unless the loader was told not to keep it."""
        waiting = self._drawn.get(loader)
        indices = waiting.popleft() if waiting else ()
        if not getattr(loader, "_in_order", True):
            indices = ()
        if not self.seen.torch.is_grad_enabled():
            return
        dataset = getattr(loader, "_dataset", None) if indices else None
        known = getattr(type(dataset), "__weakrefoffset__", 0)  # a plain list cannot be held weakly, and has no names
        self._fetched.append(Fetched(weakref.ref(dataset) if known else None, indices, names_in(batch)))
        self.wake("forward", "closed")

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: with names in what it is given, else with what was fetched last, or by a loader that is ahead,
        before that."""
        own = names_in(arguments[0]) if arguments and mapping(arguments[0]) is not None else ()
        if own:
            self.wake("forward", "closed")
            self._fetched.append(Fetched(None, (), own))
        elif not self._fetched:
            return
        first, last = self._fetched[0], self._fetched[-1]
        taken = first if self._ahead and not own and not first.used else last
        if not taken.used and len(self._of_step) < MOST:
            taken.used = True
            self._of_step.append(taken)
            if self.seen.current.recorded:  # now, as a loader and its dataset may be gone with its last batch
                taken.names = taken.resolved()
            self.seen.current.notes.setdefault("files", taken)

    def closed(self, step: Any) -> None:
        """The step is over."""
        if self._of_step:
            self._steps.append((step.number, self._of_step))
            if step.recorded:
                files = _names(self._of_step)
                step.details.update({"files": _short(files)} if any(files) else {})
            self._of_step = []

    def anomaly(self, step: int, what: str) -> None:
        """Name the files of a step that turned out odd."""
        files = next((_names(fetched) for number, fetched in self._steps if number == step), [])
        if any(files):
            self.seen.journal.event("anomaly_files", step, what=what, **_short(files))


def names_in(batch: Any) -> Sequence[Any]:
    """File names in the batch itself: Ultralytics' `im_file`, YOLOv5's tuple of paths."""
    named = mapping(batch)
    if named is not None:
        return sequence(named.get("im_file")) or ()
    for item in sequence(batch) or ():
        listed = sequence(item)
        if listed and all(is_a(v, (str, os.PathLike)) for v in listed):
            return listed
    return ()


def _names(fetched: Sequence[Fetched]) -> list[str]:
    return [name for one in fetched for name in one.resolved()]


def _short(files: Sequence[str]) -> dict[str, Any]:
    """Folder that all share, and the rest of each name; `of` says how many there are where not all are written."""
    shown = list(files[:MOST])
    folder = str(os.path.commonpath([Path(f).parent for f in shown])) if all(map(os.path.isabs, shown)) else ""
    names = [(os.path.relpath(f, folder) if folder else f)[-LENGTH:] for f in shown]
    found: dict[str, Any] = {"folder": folder[-LENGTH:], "names": names}
    return found if len(files) <= MOST else {**found, "of": len(files)}
