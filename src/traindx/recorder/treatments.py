"""The treatments in force in this process: tells each moment of the training to what carries them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from traindx.core.treatment import Treatment
from traindx.recorder.measure import first_tensor
from traindx.recorder.treater import Change, Training, Treater

Called = Callable[..., Any]


class Treatments:
    """The treatments in force, in their order: a fault that was put in acts before what undoes it. Without any, the session
    asks nothing of it. A treater that fails acts no more, and the recording says so.
    """

    def __init__(self, torch: Any, treatments: Sequence[Treatment], session: Any = None) -> None:
        self.all = tuple(t for t in treatments if t.where == "process")
        self._torch, self._session = torch, session
        self._treaters = self._made(Training(torch, session))
        self.any = bool(self._treaters)
        self.change_inputs = any(type(t).inputs is not Treater.inputs for t in self._treaters)
        self.signed = any(t.signed for t in self._treaters)
        self._any_calls = self._those("any_call")

    def _made(self, training: Training) -> list[Treater]:
        if not self.all:
            return []
        from traindx.recorder.treating import kinds

        known = kinds()
        unknown = [t.name for t in self.all if t.name not in known]
        if unknown:
            raise ValueError(f"no such treatment: {unknown[0]}")
        return [known[t.name](training, dict(t.arguments)) for t in self.all]

    def _those(self, moment: str) -> list[Treater]:
        return [t for t in self._treaters if getattr(type(t), moment) is not getattr(Treater, moment)]

    def any_call(self, module: Any) -> None:
        """A module is called while the root is looked for."""
        for treater in self._any_calls:
            self._tell(treater, treater.any_call, module)

    def forward(self, root: Any, *, searching: bool) -> bool | None:
        """The root is called with gradients. Returns the mode that it is to be in, None to leave it."""
        mode: bool | None = None
        for treater in list(self._treaters):
            if searching:
                self._tell(treater, treater.first_forward, root)
            wanted = self._tell(treater, treater.before_forward, root)
            mode = mode if wanted is None else wanted
        return mode

    def model(self, root: Any) -> None:
        """The root is called with gradients: tell the treaters, and give it the mode that they want."""
        seen = self._session.seen
        mode = self.forward(root, searching=seen.roots.searching)
        if mode is not None and root.training is not mode:
            root.train(mode)
            seen.mode_event(mode, seen.frames.caller())

    def validation(self, module: Any) -> None:
        """The root or a copy of it is called without gradients."""
        for treater in list(self._treaters):
            self._tell(treater, treater.before_validation, module)

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool = True) -> tuple[Any, ...] | None:
        """The root's positional arguments with their picture or feature tensors changed; None without any."""
        first = first_tensor(self._torch, arguments)
        if first is None or not first.is_floating_point():
            return None
        for treater in list(self._treaters):
            changed = self._tell(treater, treater.inputs, arguments, learns=learns)
            arguments = arguments if changed is None else changed
        return arguments

    def before_step(self, root: Any | None, optimizer: Any) -> None:
        """An optimizer is about to step."""
        for treater in list(self._treaters):
            if root is not None:
                self._tell(treater, treater.first_step, root)
            self._tell(treater, treater.before_step, optimizer)

    def after_step(self, optimizer: Any) -> bool:
        """An optimizer has stepped; true when the gradients were cleared."""
        told = [self._tell(t, t.after_step, optimizer) for t in reversed(self._treaters)]
        return True in told

    def changes(self) -> list[tuple[Change, Callable[[Called], Called]]]:
        """The functions to be replaced and what makes the replacement of each, in the order in which to wrap them.

        The first treatment is wrapped last: what it changes is what the others are given.
        """
        return [(change, self._replacement(t, change)) for t in reversed(self._treaters) for change in t.changes]

    def _replacement(self, treater: Treater, change: Change) -> Callable[[Called], Called]:
        method = getattr(treater, change.method)

        def make(original: Called) -> Called:
            def replacement(*args: Any, **kwargs: Any) -> Any:
                over = self._session is not None and not self._session.alive  # somebody has imported it from its module
                if over or treater not in self._treaters:
                    return original(*args, **kwargs)
                call = _Call(original)
                try:
                    return method(call, *args, **kwargs)
                except Exception as error:
                    if error is call.raised:
                        raise
                    self._drop(treater, error)
                    return call.result if call.made else original(*args, **kwargs)

            return replacement

        return make

    def _tell(self, treater: Treater, moment: Called, *arguments: Any, **named: Any) -> Any:
        try:
            return moment(*arguments, **named)
        except Exception as error:
            self._drop(treater, error)
            return None

    def _drop(self, treater: Treater, error: Exception) -> None:
        self._treaters = [t for t in self._treaters if t is not treater]
        if self._session is not None:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            journal, step = self._session.seen.journal, self._session.seen.now_at
            journal.event("treatment_failed", step, name=treater.name, reason=reason)


class _Call:
    """The original as a treater calls it: what it returned or raised is the training's own."""

    def __init__(self, original: Called) -> None:
        self._original = original
        self.made, self.result = False, None
        self.raised: BaseException | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.made = True
        try:
            self.result = self._original(*args, **kwargs)
        except BaseException as error:
            self.raised = error
            raise
        return self.result
