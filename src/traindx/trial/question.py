"""What a trial asks of one cause, or of several at once, and the arms that were run to answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from traindx.core.cause import Cause
from traindx.core.check import Facts
from traindx.core.dataset import Dataset
from traindx.core.recording import Recording
from traindx.core.report import Arm
from traindx.core.setup import Setup
from traindx.core.treatment import Treatment
from traindx.trial.arms import Done
from traindx.trial.comparable import same_inputs, same_loss
from traindx.trial.held_out import basis_of
from traindx.trial.judge import arms_of, decide
from traindx.trial.learning import collapsed, same_losses
from traindx.trial.rules import Kind, Rules, Ruling, Run
from traindx.trial.symptom import failing, look, serious, symptom_codes, until


@dataclass(frozen=True)
class Question:
    """Is `cause` what ails this run? `known`: the codes of its checks that failed on the recording that the user gave.

    `others` are the codes of further checks that failed on it, `length` the steps of the run if it came to its end.
    `also` are the questions of further causes that are undone at the same time.
    """

    cause: Cause
    treatment: Treatment
    known: tuple[str, ...]
    steps: int
    setup: Setup
    dataset: Dataset | None = None
    also: tuple[Question, ...] = ()
    others: tuple[str, ...] = ()
    length: int | None = None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All causes that are undone."""
        return (self.cause, *(cause for other in self.also for cause in other.causes))

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """All treatments of an undone arm."""
        return (self.treatment, *(t for other in self.also for t in other.treatments))

    @property
    def because(self) -> str:
        """The treatments in words."""
        return " and ".join(treatment.because for treatment in self.treatments)

    @property
    def repairs(self) -> bool:
        """Whether the dataset is another one in the undone arms."""
        return any(treatment.where == "dataset" for treatment in self.treatments)

    @property
    def codes(self) -> tuple[str, ...]:
        """The checks that speak for any of the causes."""
        return tuple(dict.fromkeys(code for cause in self.causes for code in symptom_codes(cause)))

    def exact(self, codes: Sequence[str]) -> bool:
        """Whether each of the causes has a symptom among `codes` that is a fact of its own."""
        return all(any(clue.proves and clue.code in codes for clue in cause.clues) for cause in self.causes)


@dataclass(frozen=True)
class Answer:
    """The arms that were run for a question, in the order control, undone, and the ruling on them (None: not decided).

    `codes` are the checks whose failing is the symptom, `failed` those of them that failed on each arm. `own`: a check that
    speaks for the cause failed on the first control.
    """

    question: Question
    arms: tuple[Arm, ...]
    done: tuple[Done, ...]
    codes: tuple[str, ...]
    failed: tuple[frozenset[str], ...]
    ruling: Ruling | None
    measured_on: str = "training batches"
    own: bool = True

    def seen(self, kind: Kind) -> frozenset[str]:
        """The checks of the symptom that failed on any arm of a kind."""
        return frozenset().union(*(f for f, arm in zip(self.failed, self.arms, strict=True) if arm.name == kind))


def answer(question: Question, controls: Sequence[Done], undone: Sequence[Done], planned: int) -> Answer:
    """Judge the arms, pair by pair, until their question is decided; arms that were run ahead of that do not count.

    So the verdict is the same however many arms were run at a time.
    """
    judged = _Judged(question, controls)
    for first, second in _prefixes(len(controls), len(undone)):
        given = judged.answer(controls[:first], undone[:second], planned)
        if given.ruling is not None:
            return given
    return judged.answer(controls, undone, planned)


def shows(question: Question, control: Done, done: Done) -> bool:
    """Whether an arm shows the symptom of a question, as its control does."""
    judged = _Judged(question, [control])
    return bool(judged.failed(control) & judged.failed(done))


def _prefixes(controls: int, undone: int) -> Iterator[tuple[int, int]]:
    """How many arms of each kind there are as a proof goes on: a control, its undone arm, the next control, and so on."""
    for pair in range(max(controls, undone)):
        if pair < controls:
            yield pair + 1, min(pair, undone)
        if pair < undone:
            yield min(pair + 1, controls), pair + 1


class _Judged:
    """What the checks say of each arm of a question: asked once.

    The symptom is what the first control shows of the question's checks, of a cause that one of them proves the fact alone: if
    any of those fails on another arm, the arm shows it. A clip that is gone is gone, also where 60 steps show no learning yet.
    A loss that collapses to nothing is a symptom of any cause: it passes for learning in every check that looks at its fall.
    Where the question's checks see nothing, whatever else is wrong with the control is the symptom: undoing the cause must
    make that go as well.
    """

    def __init__(self, question: Question, controls: Sequence[Done]) -> None:
        self._question = question
        outcomes = look(self._facts(controls[0]), question.codes) if controls else []
        failed = frozenset(o.code for o in serious(outcomes, question.codes))
        own = tuple(dict.fromkeys(c for cause in question.causes for c in symptom_of(cause, failed)))
        gone = bool(controls) and _collapsed(_cut(controls[0], question.steps).recording)
        self._own = bool(own) or gone
        self._codes = own or question.codes
        if not self._own and controls and not question.known:
            facts = self._facts(controls[0])
            elsewhere = tuple(o.code for o in failing(facts, question.others) if o.code not in question.codes)
            self._codes = elsewhere or question.codes
        self._seeable = any(o.status in ("passed", "failed") for o in outcomes)
        self._seen: dict[int, frozenset[str]] = {}

    def answer(self, controls: Sequence[Done], undone: Sequence[Done], planned: int) -> Answer:
        """The ruling on these arms."""
        question, done = self._question, (*controls, *undone)
        runs = [_cut(d, question.steps) for d in done]
        whole = [r.recording for r in runs if r.recording is not None]
        loss_alike, inputs_alike = same_loss(question.treatments), same_inputs(question.treatments)
        basis = basis_of(whole, same_loss=loss_alike, same_inputs=inputs_alike)
        basis = "training batches" if question.repairs else basis
        rules = Rules(
            exact=question.exact(self._codes),
            comparable=not question.repairs,
            basis=basis,
            planned=planned,
            known=bool(question.known),
            seeable=self._seeable,
            own=self._own,
            whole=question.length is not None and question.steps >= question.length,
            alike=loss_alike and inputs_alike,
        )
        failed = tuple(self.failed(d) for d in done)
        ill = [bool(f) or _collapsed(r.recording) for f, r in zip(failed, runs, strict=True)]
        arms = arms_of(runs, ill, comparable=rules.comparable, basis=basis)
        ruling = decide(arms, rules, unchanged=_unchanged(controls, undone))
        return Answer(question, arms, done, self._codes, failed, ruling, basis or "nothing that compares", self._own)

    def failed(self, done: Done) -> frozenset[str]:
        """The checks of the symptom that failed on an arm."""
        if id(done) not in self._seen:
            self._seen[id(done)] = frozenset(o.code for o in failing(self._facts(done), self._codes))
        return self._seen[id(done)]

    def _facts(self, done: Done) -> Facts:
        """What the checks see of an arm. The dataset only where a treatment is about it: else it is the same in all arms."""
        recording = _cut(done, self._question.steps).recording
        facts: dict[str, object] = {"setup": self._question.setup}
        if recording is not None:
            facts["recording"] = recording
        if self._question.repairs:
            dataset = done.dataset if done.dataset is not None else self._question.dataset
            facts |= {"dataset": dataset} if dataset is not None else {}
        return facts


def symptom_of(cause: Cause, failed: frozenset[str]) -> tuple[str, ...]:
    """Of the checks that failed, those that prove the cause, else all that speak for it."""
    proving = tuple(clue.code for clue in cause.clues if clue.proves and clue.code in failed)
    return proving or tuple(code for code in symptom_codes(cause) if code in failed)


def _cut(done: Done, steps: int) -> Run:
    run = done.run
    return run if run.recording is None else replace(run, recording=until(run.recording, steps))


def _collapsed(recording: Recording | None) -> bool:
    return recording is not None and collapsed(recording)


def _unchanged(controls: Sequence[Done], undone: Sequence[Done]) -> bool:
    """Whether an undone arm went exactly as the control of its seed."""
    by_seed = {d.run.seed: d.run.recording for d in controls}
    pairs = [(by_seed.get(d.run.seed), d.run.recording) for d in undone]
    return any(a is not None and b is not None and same_losses(a, b) for a, b in pairs)
