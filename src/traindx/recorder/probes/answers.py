"""What the model answers in validation, against the labels that the loader handed out: there may be no loss function there."""

from __future__ import annotations

from typing import Any

from traindx.core.loss_names import CLASSES
from traindx.recorder import measure
from traindx.recorder.contents import mapping, sequence
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe

NAMES = ("labels", "label", "targets", "target", "y")
"""Under which a batch that is a dictionary holds its labels."""
MOST_OUTPUTS = 8
"""Outputs of one call in which the scores are sought."""


class Answers(Probe):
    """Counts right answers into `validation.answers`.

    It does so once a recorded step has shown that a class loss is given the root's own output and the loader's own labels,
    both as they are: then the largest score is the answer, and the labels are those of the outputs. Of a root that returns
    several outputs (a classifier beside, features) it is the one that the loss is given; it may return that one alone in
    evaluation.
    """

    on_recorded = ("forward", "returned", "loss")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._labels: Any = None
        self._returned: dict[tuple[int, Any], Any] = {}
        self._which: Any = None
        self._classes = 0
        self._known = False
        self._asked = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called with gradients."""
        if not self._known:
            self._take_labels()

    def returned(self, module: Any, output: Any) -> None:
        """The root returned, in a recorded step."""
        if not self._known:
            self._returned = {(s.data_ptr(), s.shape): key for key, s in scores_in(self.seen.torch, output)}

    def loss(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function has returned."""
        labels, step = self._labels, self.seen.current
        if self._known or not step.recorded or name not in CLASSES or labels is None:
            return
        given = (scores.data_ptr(), scores.shape)
        if given not in self._returned or target.shape != labels.shape or target.is_floating_point():
            return
        self._which, self._classes = self._returned[given], int(scores.shape[1])
        with self.seen.torch.no_grad():
            same = (target == labels.to(target.device, non_blocking=True)).all().float()
        step.slots.add(same, self.contained(self._compared))

    def _compared(self, values: list[float]) -> None:
        self._known = bool(values[0])

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root, or an average of it, is called without gradients."""
        if self._known:
            self._take_labels()
        self._asked = id(module) if self._known and self._labels is not None else 0

    def _take_labels(self) -> None:
        """Of the batch that was handed out since the root was called last, if any."""
        if self.seen.handed is not None:
            self._labels = labels_of(self.seen.torch, self.seen.handed)

    def answered(self, module: Any, output: Any) -> None:
        """A module of the root's class has returned: it, or one inside of it."""
        if self._asked != id(module):
            return
        torch, labels = self.seen.torch, self._labels
        self._labels, self._asked = None, 0  # a second look at the same pictures is none at others
        scores = next((s for key, s in scores_in(torch, output) if key in (None, self._which)), None)
        if labels is None or scores is None or scores.shape != (labels.numel(), self._classes):
            return
        with torch.no_grad():
            self.seen.validation.answers.add(torch, scores, labels.to(scores.device, non_blocking=True))


def scores_in(torch: Any, output: Any) -> list[tuple[Any, Any]]:
    """The outputs that may be scores, with where they lie: None of a tensor by itself, else a place or a name."""
    named, items = mapping(output), sequence(output)
    found = named.items() if named is not None else enumerate(items) if items is not None else [(None, output)]
    return [(key, s) for key, s in list(found)[:MOST_OUTPUTS] if measure.usable(torch, s) and s.dim() == 2]


def labels_of(torch: Any, batch: Any) -> Any:
    """The class ids of a batch that is a pair, or a dictionary with one of the usual names; None of any other."""
    named, items = mapping(batch), sequence(batch)
    found: Any
    if named is not None:
        found = next((named[name] for name in NAMES if name in named), None)
    else:
        found = items[1] if items is not None and len(items) >= 2 else None
    if not measure.readable(torch, found) or found.dim() != 1 or found.is_floating_point():
        return None
    return found
