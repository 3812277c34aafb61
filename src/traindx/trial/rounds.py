"""Runs the arms of several questions within one budget: seed by seed, best first, until each question is decided."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from traindx.core.recording import Recording
from traindx.core.report import Trial
from traindx.core.treatment import Treatment
from traindx.trial.arms import Bench, Done, Order, finished
from traindx.trial.crew import Crew
from traindx.trial.doses import other_dose
from traindx.trial.learning import same_start
from traindx.trial.question import Answer, Question, answer
from traindx.trial.rules import Ruling
from traindx.trial.treat import takes_seed
from traindx.trial.wording import sentence

PATIENCE = 4.0
"""An arm may take so many times as long as the first control, plus 30 s, before it is stopped. A guess."""


@dataclass
class Contest:
    """The state of a proof: which arms were run, and what is to be said about all of them.

    `base` is the recording that the user gave, `controls` may already hold the first one. `minutes` is for the words only.
    Arms are asked for one after the other; where `crew` has room for more, those that will most likely be asked for next are
    run at the same time. So the verdicts do not depend on how many run at a time.
    """

    crew: Crew
    questions: list[Question]
    seeds: Sequence[int]
    minutes: float
    tell: Callable[[str], None]
    base: Recording | None = None
    controls: list[Done] = field(default_factory=list)
    undone: dict[str, list[Done]] = field(default_factory=dict)
    other_doses: dict[str, list[Treatment]] = field(default_factory=dict)
    ahead: dict[str, Done] = field(default_factory=dict)
    ordered: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def bench(self) -> Bench:
        """What all arms share."""
        return self.crew.bench

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
        self._rounds(range(len(self.questions)))
        return [self.trial(question) for question in self.questions]

    def trial_of(self, question: Question) -> tuple[Trial, Question]:
        """The trial of one more question, on the controls that are there and further ones as far as they are needed, and the
        question with the dose that was best. Arms of another dose that were run for the same causes do not count in it.
        """
        slug = _slug(question)
        before = self.undone.pop(slug, None)  # those of this very dose are found again in the scratch
        self.questions.append(question)
        self._rounds([len(self.questions) - 1])
        trial, asked = self.trial(self.questions[-1]), self.questions.pop()
        if before is not None:
            self.undone[slug] = before
        return trial, asked

    def answer(self, question: Question) -> Answer:
        """What the arms that were run say to a question."""
        return answer(question, self.controls, self.undone.get(_slug(question), []), len(self.seeds))

    def _rounds(self, asked: Sequence[int]) -> None:
        for position, seed in enumerate(self.seeds):
            if position == len(self.controls) and (not self._open(asked) or not self._control(seed)):
                break
            if self._seeds_itself() and position:
                break
            open_ones = sorted(self._open(asked), key=lambda i: _promise(self.answer(self.questions[i])), reverse=True)
            for i in open_ones[: self._affordable(len(open_ones)) if position else None]:
                self._try(i, seed)

    def _open(self, asked: Sequence[int]) -> list[int]:
        return [i for i in asked if self.answer(self.questions[i]).ruling is None]

    def _control(self, seed: int) -> bool:
        done = self._arm(Order("control", seed, self.steps))
        if done is not None:
            self.controls.append(done)
        return done is not None

    def _try(self, number: int, seed: int) -> None:
        """Run the undone arm of a seed. Where that asks for other doses, run them on all seeds so far, and keep the best."""
        question = self.questions[number]
        slug = _slug(question)
        self._undone(question, seed)
        tried = [self.answer(question)]
        while slug not in self.other_doses and (dose := other_dose(tried)) is not None:
            other = replace(question, treatment=dose)
            self.undone[slug] = []
            for control in self.controls:
                if self.answer(other).ruling is None:
                    self._undone(other, control.run.seed)
            if not self.undone[slug]:
                break
            tried.append(self.answer(other))
        best = max(tried, key=_gain)
        self.undone[slug] = [done for done in best.done if done.run.kind == "undone"]
        if len(tried) > 1:
            self.questions[number] = best.question
            self.other_doses[slug] = [item.question.treatment for item in tried if item is not best]

    def _undone(self, question: Question, seed: int) -> None:
        done = self._arm(self._order(question, seed))
        if done is not None:
            self.undone.setdefault(_slug(question), []).append(done)

    def _order(self, question: Question, seed: int) -> Order:
        return Order("undone", seed, self.steps, _slug(question), question.treatments)

    def _arm(self, order: Order) -> Done | None:
        """An arm that was run already, else a new one if there is time for it."""
        done = self.ahead.pop(order.name, None) or finished(self.bench, order) or self._run(order)
        if done is not None and done.touched:
            self.notes.append(f"changed while {order.name} ran: {', '.join(done.touched[:3])}")
        return done

    def _run(self, order: Order) -> Done | None:
        """Run an arm, and beside it those that come next, as far as there is room."""
        usual = self._usual()
        if self.bench.left <= max(0.0, 0.8 * usual):
            return None
        memory = self.controls[0].memory if self.controls else 0
        room = self.crew.room(memory) if self.controls else 1
        orders = [order, *self._next(order, room - 1)]
        timeout = min(self.bench.left, PATIENCE * usual + 30 if self.controls else math.inf)
        names = ", ".join(f"{o.of or o.kind} seed {o.seed}" for o in orders)
        self.tell(f"{names}: up to {self.steps} steps, {self.bench.left:.0f} s left")
        self.ordered |= {one.name for one in orders}
        done = self.crew.run(orders, timeout, memory)
        self.ahead |= {one.name: one_done for one, one_done in zip(orders[1:], done[1:], strict=True)}
        return done[0]

    def _next(self, order: Order, most: int) -> list[Order]:
        """The arms that will be asked for next if nothing is decided before."""
        coming = (o for o in self._coming() if o.name != order.name and o.name not in self.ordered)
        return [o for o, _ in zip(coming, range(most), strict=False)]

    def _coming(self) -> Iterator[Order]:
        open_ones = self._open(range(len(self.questions)))
        for position, seed in enumerate(self.seeds):
            if position >= len(self.controls):
                yield Order("control", seed, self.steps)
            for question in (self.questions[i] for i in open_ones):
                if seed not in [done.run.seed for done in self.undone.get(_slug(question), ())]:
                    yield self._order(question, seed)

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
        seeded = takes_seed(self.bench.setup) or (self.base is not None and self.base.run.get("seed") is not None)
        base = None if seeded else self.base
        last = self.controls[-1].run.recording if len(self.controls) > 1 else base
        if first is None or last is None or not same_start(first, last):
            return False
        del self.controls[1:]
        self.seeds = self.seeds[:1]
        self.notes.append("The command seeds itself, so a second seed would only repeat these runs")
        return True

    def trial(self, question: Question) -> Trial:
        """The trial that the arms of a question make."""
        item = self.answer(question)
        ruling = item.ruling or Ruling("inconclusive", "")
        notes = list(self.notes)
        others = " and ".join(dose.because for dose in self.other_doses.get(_slug(question), ()))
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
            treatment=question.because,
            sentence=sentence(item, [note for note in notes if note]),
            effect=ruling.effect,
            spread=ruling.spread,
            arms=item.arms,
            seconds=sum(d.run.seconds for d in item.done),
            interval=ruling.interval,
            measured_on=item.measured_on,
            together=tuple(cause.slug for cause in question.causes) if question.also else (),
        )


def _slug(question: Question) -> str:
    """What names a question: its cause, or all causes that are undone at once."""
    return "+".join(cause.slug for cause in question.causes)


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
