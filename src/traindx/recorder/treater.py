"""What a treater is: it carries out one treatment in the training process, and is told at each moment that it may act at."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from traindx.core.treatment import Argument

Settings = dict[str, Any]

LEAST_STEPS = 40
"""Steps that a run has at the least, to show whether it learns. A guess."""


@dataclass(frozen=True)
class Change:
    """A function of a library that a treater takes the place of: `path` (`Class.method` or `function`) in `module`, once that
    is imported. `method` of the treater is called as `method(original, *args, **kwargs)` and calls the original itself, at
    most once where that is a step of the training. Where the module or the path does not exist nothing is changed.
    """

    module: str
    path: str
    method: str


@dataclass
class Training:
    """What a treater may know of the training: torch, and of the session its root, optimizers and step."""

    torch: Any
    session: Any = None

    @property
    def root(self) -> Any | None:
        """The module that is trained, None while none is known."""
        return None if self.session is None else self.session.seen.roots.root

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers that are alive, in the order in which they were made."""
        return [] if self.session is None else list(self.session.seen.holdings.alive)

    @property
    def step(self) -> int:
        """The step under way: the next one, once an optimizer has stepped."""
        return 0 if self.session is None else int(self.session.seen.now_at)

    @property
    def length(self) -> int | None:
        """After how many steps the run is cut, None where it is not."""
        return None if self.session is None else self.session.max_steps

    def lengthen(self, factor: float) -> None:
        """Have the run cut after `factor` times as many steps, where it is cut: as many samples in larger or smaller steps."""
        if self.length is not None:
            self.session.max_steps = max(min(LEAST_STEPS, self.length), round(self.length * factor))

    def is_root(self, module: Any) -> bool:
        """Whether a module is what is trained, inside or outside of its wrappers."""
        return self.session is not None and bool(self.session.seen.roots.is_root(module))


class Treater:
    """Carries out the treatment `name`. Each method is one moment of the training; a treater overrides those that it needs.

    It exists only in a run that asks for its treatment: it may change what it says, and nothing else. Where several are in
    force each acts on what those before it have left: a fault that was put in comes before what undoes it. An error in it
    ends it alone, and the recording says so (`treatment_failed`): such an arm is not judged.
    """

    name: ClassVar[str]
    changes: ClassVar[tuple[Change, ...]] = ()
    signed = False
    """Whether activations behind a ReLU may be negative under this treatment."""

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        self.training, self.torch, self.given = training, training.torch, given

    def number(self, argument: str) -> float:
        """A number of the treatment."""
        return float(self.given[argument] or 0.0)

    def any_call(self, module: Any) -> None:
        """Any module is called while the root is looked for."""

    def first_forward(self, root: Any) -> None:
        """The root is called with gradients; told at each call until the first optimizer step, act once (`self.once`)."""

    def before_forward(self, root: Any) -> bool | None:
        """The root is called with gradients. Returns the mode that it is to be in, None to leave it."""

    def before_validation(self, module: Any) -> None:
        """The root or a copy of it is called without gradients."""

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """The positional arguments of the root or a copy of it, as they are to be; `learns`: with gradients."""
        return arguments

    def first_step(self, root: Any) -> None:
        """An optimizer is about to step, and the root is known; told before each step, act once (`self.once`)."""

    def before_step(self, optimizer: Any) -> None:
        """An optimizer is about to step."""

    def after_step(self, optimizer: Any) -> bool:
        """An optimizer has stepped; true when the gradients were cleared."""
        return False

    def once(self) -> bool:
        """True at the first call alone."""
        first = not self.__dict__.get("_acted", False)
        self._acted = True
        return first


class GroupTreater(Treater):
    """A treater of the settings of parameter groups: they are others during each step, and afterwards what they were."""

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._before: list[tuple[Any, Settings]] = []

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The settings that a group is to have in this step."""
        raise NotImplementedError

    def before_step(self, optimizer: Any) -> None:
        """Change the settings."""
        self.after_step(optimizer)  # of a step that ended by an exception
        for group in optimizer.param_groups:
            wanted = {name: value for name, value in self.settings(optimizer, group).items() if name in group}
            self._before.append((group, {name: group[name] for name in wanted}))
            group.update(wanted)

    def after_step(self, optimizer: Any) -> bool:
        """Restore them."""
        for group, settings in reversed(self._before):
            group.update(settings)
        self._before = []
        return False


class StepTreater(Treater):
    """A treater that decides what happens when the training calls `optimizer.step`: it overrides `wanted_step`."""

    changes: ClassVar[tuple[Change, ...]] = (Change("torch.optim.optimizer", "Optimizer.__init__", "made"),)

    def made(self, original: Callable[..., None], optimizer: Any, *args: Any, **kwargs: Any) -> None:
        """An optimizer is constructed."""
        original(optimizer, *args, **kwargs)
        if self.diverts(optimizer):
            optimizer.step = types.MethodType(lambda self_, *a, **k: self.wanted_step(self_, *a, **k), optimizer)

    def diverts(self, optimizer: Any) -> bool:
        """Whether the steps of this optimizer are the treater's."""
        return True

    def wanted_step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """The training calls `optimizer.step`."""
        raise NotImplementedError

    @staticmethod
    def really_step(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """What `optimizer.step` does by itself."""
        return type(optimizer).step(optimizer, *args, **kwargs)
