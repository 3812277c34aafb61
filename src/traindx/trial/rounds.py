"""Runs the arms of several questions within one budget: seed by seed, best first, until each question is decided."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from traindx.core.recording import Recording
from traindx.core.report import Trial
from traindx.core.treatment import Treatment
from traindx.trial.arms import Bench, Done, run_arm
from traindx.trial.doses import other_dose
from traindx.trial.judge import Kind, Ruling, same_start
from traindx.trial.question import Answer, Question, answer
from traindx.trial.treat import takes_seed
from traindx.trial.wording import sentence

PATIENCE = 4.0
"""An arm may take so many times as long as the first control, plus 30 s, before it is stopped. A guess."""


@dataclass
class Contest:
    """The state of a proof: which arms were run, and what is to be said about all of them.

    `base` is the recording that the user gave, `controls` may already hold the first one. `minutes` is for the words only.
    """

    bench: Bench
    questions: list[Question]
    seeds: Sequence[int]
    minutes: float
    tell: Callable[[str], None]
    base: Recording | None = None
    controls: list[Done] = field(default_factory=list)
    undone: dict[str, list[Done]] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    other_doses: dict[str, list[Treatment]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """The length of every arm: what the slowest symptom needs."""
        return max((question.steps for question in self.questions), default=0)

    def hold(self) -> list[Trial]:
        """One trial for each question, in their order.

        Per seed: the control, then the undone arm of each open question, the most promising first. When the time left
        does not suffice for all of them, only the better half goes on (successive halving). A question that a seed
        decides gets no further arms.
        """
        for position, seed in enumerate(self.seeds):
            if position == len(self.controls) and (not self._open() or not self._control(seed)):
                break
            if self._seeds_itself() and position:
                break
            open_ones = sorted(self._open(), key=_promise, reverse=True)
            for item in open_ones[: self._affordable(len(open_ones)) if position else None]:
                self._try(item.question, seed)
        return [self._trial(question) for question in self.questions]

    def _open(self) -> list[Answer]:
        return [a for a in map(self._answer, self.questions) if a.ruling is None]

    def _answer(self, question: Question) -> Answer:
        return answer(question, self.controls, self.undone.get(question.cause.slug, []), len(self.seeds))

    def _control(self, seed: int) -> bool:
        done = self._arm("control", "control", seed, None)
        if done is not None:
            self.controls.append(done)
        return done is not None

    def _try(self, question: Question, seed: int) -> None:
        """Run the undone arm of a seed. Where that asks for other doses, run them on all seeds so far, and keep the best."""
        slug = question.cause.slug
        self._undone(question, seed)
        tried = [self._answer(question)]
        while slug not in self.other_doses and (dose := other_dose(tried)) is not None:
            other = replace(question, treatment=dose)
            self.undone[slug] = []
            for control in self.controls:
                if self._answer(other).ruling is None:
                    self._undone(other, control.run.seed)
            if not self.undone[slug]:
                break
            tried.append(self._answer(other))
        best = max(tried, key=_gain)
        self.undone[slug] = [done for done in best.done if done.run.kind == "undone"]
        if len(tried) > 1:
            self.questions[self.questions.index(question)] = best.question
            self.other_doses[slug] = [item.question.treatment for item in tried if item is not best]

    def _undone(self, question: Question, seed: int) -> None:
        slug = question.cause.slug
        number = self.runs[slug] = self.runs.get(slug, 0) + 1
        done = self._arm(f"{slug}-{number}", "undone", seed, question.treatment)
        if done is not None:
            self.undone.setdefault(slug, []).append(done)

    def _arm(self, name: str, kind: Kind, seed: int, treatment: Treatment | None) -> Done | None:
        """Run an arm if there is time for it."""
        usual = self._usual()
        if self.bench.left <= max(0.0, 0.8 * usual):
            return None
        timeout = min(self.bench.left, PATIENCE * usual + 30 if self.controls else math.inf)
        self.tell(f"{name}, seed {seed}: up to {self.steps} steps, {self.bench.left:.0f} s left")
        done = run_arm(
            self.bench, f"{name}-seed{seed}", kind, seed, treatment=treatment, steps=self.steps, timeout=timeout
        )
        if done.touched:
            self.notes.append(f"changed while {name}, seed {seed}, ran: {', '.join(done.touched[:3])}")
        return done

    def _usual(self) -> float:
        """Seconds that an arm takes, from the first control: start and end of the process, and its steps until the cut."""
        if not self.controls:
            return 0.0
        run = self.controls[0].run
        if run.recording is None or not len(run.recording.step):
            return run.seconds
        rows = int(np.searchsorted(run.recording.step, self.steps))
        spent = np.nan_to_num(run.recording.time[[0, max(0, rows - 1), -1]])
        return max(0.0, run.seconds - float(spent[2] - spent[1]))

    def _affordable(self, wanted: int) -> int:
        """How many of `wanted` undone arms go on: all if there is time, else the better half."""
        return wanted if wanted * self._usual() <= self.bench.left else max(1, math.ceil(wanted / 2))

    def _seeds_itself(self) -> bool:
        """Whether the command begins the same under every seed. Then one arm of each kind is all there is to run."""
        if len(self.seeds) == 1 or not self.controls:
            return False
        first = self.controls[0].run.recording
        base = None if takes_seed(self.bench.setup) else self.base
        last = self.controls[-1].run.recording if len(self.controls) > 1 else base
        if first is None or last is None or not same_start(first, last):
            return False
        del self.controls[1:]
        self.seeds = self.seeds[:1]
        self.notes.append("The command seeds itself, so a second seed would only repeat these runs")
        return True

    def _trial(self, question: Question) -> Trial:
        item = self._answer(question)
        ruling = item.ruling or Ruling("inconclusive", "")
        notes = list(self.notes)
        others = " and ".join(dose.because for dose in self.other_doses.get(question.cause.slug, ()))
        if others:
            notes.append(f"tried as well, and helped less: {others}")
        if item.ruling is None or any(arm.failed for arm in item.arms):
            planned = [(kind, seed) for seed in self.seeds for kind in ("control", "undone")]
            run = {(arm.name, arm.seed) for arm in item.arms}
            missing = ", ".join(f"{kind} seed {seed}" for kind, seed in planned if (kind, seed) not in run)
            spent = f"The budget of {self.minutes:g} min is used up, " if self.bench.left <= self._usual() else ""
            notes.append(f"{spent}not run: {missing}" if missing else spent.rstrip(", "))
        return Trial(
            verdict=ruling.verdict,
            treatment=question.treatment.because,
            sentence=sentence(item, [note for note in notes if note]),
            effect=ruling.effect,
            spread=ruling.spread,
            arms=item.arms,
            seconds=sum(d.run.seconds for d in item.done),
        )


def _gain(item: Answer) -> float:
    """The effect seen so far, less where the symptom stayed, and least where no arm was run."""
    if item.ruling is not None and item.ruling.verdict == "confirmed":
        return math.inf
    ill = any(a.symptom or a.failed for a in item.arms if a.name == "undone")
    return _promise(item) - ill if any(a.name == "undone" for a in item.arms) else -math.inf


def _promise(item: Answer) -> float:
    """How much better than its control the undone arms of a question learned so far; the order of diagnosis breaks ties."""
    learned = [max(0.0, a.learned) for a in item.arms if a.name == "undone" and a.learned is not None]
    return sum(learned) / len(learned) if learned else 0.0
