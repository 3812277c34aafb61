"""What a probe is: it measures one quantity during training, and is told at each moment that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation
    from traindx.recorder.step import Step

Arguments = tuple[Any, ...]
Named = Mapping[str, Any]


@dataclass(frozen=True)
class Patch:
    """A function of a library that a probe watches: `path` (`Class.method` or `function`) in `module`, once that is imported.

    `before` and `after` name methods of the probe: `before(arguments, named)`, and `after(arguments, named, result)` when the
    call has returned. The call itself is never changed. Where the module or the path does not exist nothing is watched.
    Frames traced by torch.compile are not told of. Only what the owner itself defines is wrapped, not what it inherits.
    `without_gradients`: calls with gradients are not told of, and cost next to nothing.
    """

    module: str
    path: str
    before: str = ""
    after: str = ""
    without_gradients: bool = False


class Probe:
    """Measures one quantity. Each method is one moment of the training; a probe overrides those that it needs.

    What it finds goes into the recording in one of these ways:
    `self.seen.current.details[KEY]` (a field of the step's line; fields of steps that are not recorded are kept too, as far
    as their line is written), `self.seen.journal.event(...)` for what happens once, `self.seen.journal.write({"kind": ...})`
    for lines of a kind of their own, which `Recording.lines` gives by kind. Numbers that lie on the device go through
    `self.seen.current.slots.add(tensor, fill)`, never `.item()`; the place in the user's code is `self.seen.frames.caller()`.

    An error in a probe ends that probe alone (an event `probe_failed` says so). A probe draws no random number, changes no
    tensor, module or mode, holds modules and tensors of the user weakly or not beyond the step, and makes no collective call.
    It looks at the device on recorded steps only (`self.seen.current.recorded`).
    """

    patches: ClassVar[tuple[Patch, ...]] = ()
    on_recorded: ClassVar[tuple[str, ...]] = ()
    """Moments of which the probe is told on recorded steps only, until it asks for all (`wake`): on a step that is not recorded
    nobody is to be called who has nothing to do there."""

    def __init__(self, seen: Observation) -> None:
        self.seen = seen

    def rest(self, *moments: str, until: int | None = None) -> None:
        """Be told of these moments on recorded steps only: from now on, or until that step begins."""
        self.seen.probes.rest(type(self), moments, until)

    def wake(self, *moments: str) -> None:
        """Be told of these moments on all steps."""
        self.seen.probes.wake(type(self), moments)

    def leave(self, *moments: str) -> None:
        """Be told of these moments no more: the probe has seen what it was to see."""
        self.seen.probes.leave(type(self), moments)

    def contained(self, take: Callable[[Any], None]) -> Callable[[Any], None]:
        """`take` as `slots` may call it when the numbers arrive: an error in it ends this probe alone."""
        return lambda values: self.seen.probes.run(type(self), take, values)

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root (what is trained) is called with gradients; the step under way is `self.seen.current`."""

    def forward_again(self, module: Any) -> None:
        """The root is called once more in a step before its first backward pass; `seen.current.forwards` counts the calls."""

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root or a copy of it (an average of its weights) is called without gradients."""

    def answered(self, module: Any, output: Any) -> None:
        """The root, a copy of it, or a module inside of it of its class returned, without gradients."""

    def validation_over(self, line: dict[str, Any]) -> None:
        """The forward passes without gradients are over; `line` is the `validation` line before its numbers are there."""

    def layer(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A module without children, or one with running statistics of its own (timm's BatchNormAct2d), returned, in the
        measured forward pass of a recorded step."""

    def layer_without_gradients(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A module without children returned while gradients were switched off, inside of the measured forward pass."""

    def returned(self, module: Any, output: Any) -> None:
        """The root returned, in the measured forward pass of a recorded step: predictions, or losses as Ultralytics' and
        torchvision's detectors return them."""

    def criterion(self, module: Any, arguments: Arguments, output: Any) -> None:
        """A module outside of the root returned, with gradients, between the root's forward pass and the backward pass of a
        recorded step: a loss that is a module. Of nested ones the inner comes first; keyword arguments are not told."""

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function of `torch.nn.functional` returned `value`, with gradients; all three are plain tensors."""

    def loss_not_finite(self, value: float) -> None:
        """A backward pass is about to start from a loss, on the host, that is not a finite number."""

    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start."""

    def backward_alone(self, tensors: Any) -> None:
        """The same where no loss has a graph, on steps that are not recorded."""

    def backward_done(self) -> None:
        """A backward pass is over, also by an exception; gradients are as it left them."""

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is about to start; gradients are as the optimizer sees them (with a closure not made yet)."""

    def after_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is over."""

    def scheduled(self, scheduler: Any) -> None:
        """A learning rate scheduler was stepped (not by its own construction)."""

    def mode(self, module: Any, training: bool) -> None:
        """`train` or `eval` changed a module's mode; the outermost call only."""

    def mode_called(self, module: Any, training: bool) -> None:
        """`train` or `eval` was called, also where it changed nothing of the module itself; the outermost call only."""

    def core_forward(self, module: Any) -> None:
        """The user's module inside its wrapper (DDP, compiled) is called with gradients, after DDP has sent the buffers."""

    def batch(self, loader: Any, batch: Any) -> None:
        """A loader's iterator (`loader`) has handed out a batch; the training waited `self.seen.waited` seconds for it. Who needs
        it where the root is called asks for `self.seen.handed` or `training_batch` there: it is not to be kept."""

    def no_batch(self, loader: Any, error: BaseException) -> None:
        """A loader's iterator has no further batch (`StopIteration`), or an error came instead of one."""

    def closed(self, step: Step) -> None:
        """A step is over and about to be written; the last moment for its fields."""

    def passed(self, step: Step) -> None:
        """A step is over, and it was recorded, or half a second is over since the last time: for what looks at the time."""

    def anomaly(self, step: int, what: str) -> None:
        """The numbers of a step that was closed a while ago turned out odd: `loss`, `gradient` (not finite) or `jump`."""

    def raised(self, error: BaseException) -> None:
        """An exception that nobody catches ends the process or the recorded block; `end` follows."""

    def end(self) -> None:
        """The recording ends."""
