"""What a trial asks of one cause, and the arms that were run to answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from traindx.core.cause import Cause
from traindx.core.check import Facts
from traindx.core.dataset import Dataset
from traindx.core.report import Arm
from traindx.core.setup import Setup
from traindx.core.treatment import Treatment
from traindx.trial.arms import Done
from traindx.trial.judge import Kind, Rules, Ruling, Run, arms_of, collapsed, decide, same_losses
from traindx.trial.symptom import failing, look, serious, symptom_codes, until


@dataclass(frozen=True)
class Question:
    """Is `cause` what ails this run? `known`: the codes of its checks that failed on the recording that the user gave."""

    cause: Cause
    treatment: Treatment
    known: tuple[str, ...]
    steps: int
    setup: Setup
    dataset: Dataset | None = None


@dataclass(frozen=True)
class Answer:
    """The arms that were run for a question, in the order control, undone, and the ruling on them (None: not decided).

    `codes` are the checks whose failing is the symptom, `failed` those of them that failed on each arm.
    """

    question: Question
    arms: tuple[Arm, ...]
    done: tuple[Done, ...]
    codes: tuple[str, ...]
    failed: tuple[frozenset[str], ...]
    ruling: Ruling | None

    def seen(self, kind: Kind) -> frozenset[str]:
        """The checks of the symptom that failed on any arm of a kind."""
        return frozenset().union(*(f for f, arm in zip(self.failed, self.arms, strict=True) if arm.name == kind))


def answer(question: Question, controls: Sequence[Done], undone: Sequence[Done], planned: int) -> Answer:
    """Judge the arms by the checks that speak for the cause.

    The symptom is what the first control shows of them: if any of those checks fails on another arm, the arm shows it.
    A loss that collapses to nothing is a symptom of any cause: it passes for learning in every check that looks at its fall.
    """
    done = (*controls, *undone)
    codes = symptom_codes(question.cause)
    outcomes = look(_facts(question, controls[0]), codes) if controls else []
    codes = tuple(o.code for o in serious(outcomes, codes)) or codes
    comparable = question.treatment.where != "dataset"
    failed = tuple(frozenset(o.code for o in failing(_facts(question, d), codes)) for d in done)
    rules = Rules(
        exact=any(clue.proves and clue.code in codes for clue in question.cause.clues),
        comparable=comparable,
        planned=planned,
        known=bool(question.known),
        seeable=any(o.status in ("passed", "failed") for o in outcomes),
    )
    runs = [_cut(d, question.steps) for d in done]
    ill = [bool(f) or (r.recording is not None and collapsed(r.recording)) for f, r in zip(failed, runs, strict=True)]
    arms = arms_of(runs, ill, comparable=comparable)
    return Answer(question, arms, done, codes, failed, decide(arms, rules, unchanged=_unchanged(controls, undone)))


def _cut(done: Done, steps: int) -> Run:
    run = done.run
    return run if run.recording is None else replace(run, recording=until(run.recording, steps))


def _facts(question: Question, done: Done) -> Facts:
    """What the checks see of an arm. The dataset only where the treatment is about it: else it is the same in all arms."""
    recording = _cut(done, question.steps).recording
    facts: dict[str, object] = {"setup": question.setup}
    if recording is not None:
        facts["recording"] = recording
    if question.treatment.where == "dataset":
        dataset = done.dataset if done.dataset is not None else question.dataset
        facts |= {"dataset": dataset} if dataset is not None else {}
    return facts


def _unchanged(controls: Sequence[Done], undone: Sequence[Done]) -> bool:
    """Whether an undone arm went exactly as the control of its seed."""
    by_seed = {d.run.seed: d.run.recording for d in controls}
    pairs = [(by_seed.get(d.run.seed), d.run.recording) for d in undone]
    return any(a is not None and b is not None and same_losses(a, b) for a, b in pairs)
