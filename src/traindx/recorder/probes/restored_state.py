"""What a checkpoint holds besides weights, and what of it was given back to optimizers, schedulers and gradient scalers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traindx.recorder.contents import host_number, mapping, sequence
from traindx.recorder.probe import Arguments, Named, Patch, Probe

MOST = 20
"""Lines of either kind, and entries of a checkpoint that are named."""
FILES = 200
"""Files that are looked into: a dataset may be one file for each sample."""
TEXT = 80
SCHEDULERS = ("LRScheduler", "ReduceLROnPlateau", "LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler")
COUNTERS = ("epoch", "step", "iter", "iteration", "global_step", "start_epoch", "epochs_trained")


class RestoredState(Probe):
    """Writes a line `checkpoint` for each `torch.load` of a mapping: its `keys`, the plain `counters` (epoch, step, ...), and the
    entries that are states of an `optimizer` (how many `states`, the steps that it `count`ed, its `lr`), a `scheduler`
    (`last_epoch`) or a `scaler`; a line `restored` for each state that was loaded; and where a checkpoint with an optimizer's
    state was read in the midst of a training a line `stepped_after`: `read` is the step before which it was, `empty` whether the
    optimizer that steps next has no state.
    """

    on_recorded = ("before_step",)
    patches = (
        Patch("torch.serialization", "load", after="read"),
        Patch("torch.optim.optimizer", "Optimizer.load_state_dict", after="optimizer"),
        *(Patch("torch.optim.lr_scheduler", f"{name}.load_state_dict", after="scheduler") for name in SCHEDULERS),
        Patch("timm.scheduler.scheduler", "Scheduler.load_state_dict", after="scheduler"),
        Patch("torch.amp.grad_scaler", "GradScaler.load_state_dict", after="scaler"),
    )
    _lines = _files = 0
    _read: int | None = None

    def read(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A file was read."""
        held = mapping(result) if self._files < FILES else None
        if held is None:
            return
        self._files += 1
        line: dict[str, Any] = {"kind": "checkpoint", "keys": [str(key)[:TEXT] for key in list(held)[:MOST]]}
        line["counters"] = {key: held[key] for key in COUNTERS if type(held.get(key)) is int}
        whole = {"": held} if "param_groups" in held else held
        for key, value in list(whole.items())[:MOST]:
            for one in sequence(value) or (value,):  # Lightning keeps lists of them
                state = mapping(one)
                if state is not None and (found := _state(state)) is not None:
                    what, facts = found
                    line.setdefault(what, []).append({"key": str(key)[:TEXT], **facts})
        if any(what in line for what in ("optimizer", "scheduler", "scaler")) or line["counters"]:
            self._write(line)
        if self.seen.saw_backward and any(one["states"] for one in line.get("optimizer", ())):
            self._read = self.seen.now_at
            self.wake("before_step")

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer is about to step."""
        if self._read is not None:
            read, self._read = self._read, None
            self.rest("before_step")
            self._write({"kind": "stepped_after", "read": read, "empty": not optimizer.state})

    def optimizer(self, arguments: Arguments, named: Named, result: Any) -> None:
        """An optimizer was given a state."""
        self._restored("optimizer", arguments[0])

    def scheduler(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A scheduler was given a state."""
        self._restored("scheduler", arguments[0])

    def scaler(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A gradient scaler was given a state."""
        self._restored("scaler", arguments[0])

    def _restored(self, what: str, to: Any) -> None:
        self._write({"kind": "restored", "what": what, "class": type(to).__name__})

    def _write(self, line: dict[str, Any]) -> None:
        self._lines += 1
        if self._lines <= 2 * MOST:
            place = self.seen.frames.caller()
            where = {"path": place[0], "line": place[1]} if place else {}
            self.seen.journal.write({**line, "step": self.seen.now_at, **where})


def _state(state: Mapping[Any, Any]) -> tuple[str, dict[str, Any]] | None:
    """What an entry of a checkpoint is the state of, and its facts; None of anything else."""
    if "param_groups" in state and "state" in state:
        held = mapping(state["state"]) or {}
        groups = sequence(state["param_groups"]) or ()
        rates = [rate for g in groups if isinstance(rate := (mapping(g) or {}).get("lr"), (int, float))]
        counts = [c for s in list(held.values())[:MOST] if (c := _count((mapping(s) or {}).get("step"))) is not None]
        return "optimizer", {"states": len(held), "count": max(counts, default=None), "lr": rates[0] if rates else None}
    if "last_epoch" in state and isinstance(state["last_epoch"], (int, float)):
        return "scheduler", {"last_epoch": state["last_epoch"]}
    if "growth_factor" in state and "scale" in state:
        return "scaler", {}
    return None


def _count(value: Any) -> int | None:
    """A count of steps: a number, or a tensor of one on the host."""
    found = host_number(value)
    return None if found is None else int(found)
