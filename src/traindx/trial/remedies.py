"""Remedies that people try, on the user's own command: each against the command unchanged, with an honest verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from traindx.core.finding import Table
from traindx.core.recording import Recording
from traindx.core.remedies import remedy
from traindx.core.report import Arm, Report
from traindx.core.treatment import Treatment
from traindx.core.tryout_words import COLUMNS
from traindx.errors import TraindxError
from traindx.examine import judge as judge_facts
from traindx.trial.arms import Done, Order
from traindx.trial.comparable import same_inputs, same_loss
from traindx.trial.crew import Crew, Engine
from traindx.trial.evidence import Evidence, evidence_of_command, evidence_of_recording
from traindx.trial.held_out import Basis, basis_of, by_validation
from traindx.trial.interval import Effect, effect_of
from traindx.trial.judge import arms_of
from traindx.trial.learning import noise, same_losses
from traindx.trial.resuming import Asked, begin, numbers
from traindx.trial.symptom import LEAST_STEPS

Verdict: TypeAlias = Literal["helped", "did nothing", "harmed", "not decided"]

LEAST = 0.02
"""The smallest difference in what was learned that counts. A guess."""


OTHER_LENGTH = ("stop_early", "scale_option", "scale_batch", "accumulate")
"""Treatments after which a run is shorter or longer, or is validated at other steps."""

STARTING = 10.0
"""Seconds until a process trains, where none was run yet. A guess."""


@dataclass(frozen=True)
class Tried:
    """What became of a remedy. `why` says what the verdict rests on where no numbers do."""

    treatment: Treatment
    verdict: Verdict
    why: str
    effect: Effect | None = None
    spread: float | None = None
    basis: Basis | None = None
    arms: tuple[Arm, ...] = ()


def try_remedies(
    names: Sequence[str],
    run: str | Path | None = None,
    *,
    command: Sequence[str] | None = None,
    minutes: float = 10,
    seeds: Sequence[int] = (0, 1, 2),
    scratch: Path | None = None,
    jobs: int = 1,
    engine: Engine = "local",
    progress: Callable[[str], None] | None = None,
) -> Report:
    """The report of the diagnosis, with a table of what each remedy (`NAME` or `NAME=VALUE`) did to a run's command.

    A remedy has no symptom of its own. Its question is whether the run learns more: by its own validation where there is
    one, else by batches that it had not seen. All arms are equally long, as far as `minutes` go. Raises as `prove` does, and
    for a remedy that there is not.
    """
    treatments = [remedy(name) for name in dict.fromkeys(names)]
    tell = progress or (lambda line: None)
    deadline = time.monotonic() + 60 * minutes
    asked = Asked(
        None if run is None else str(Path(run).absolute()),
        None if command is None else tuple(command),
        str(Path.cwd()),
        (),
        numbers(seeds),
    )
    home = begin(asked, scratch)
    evidence = (
        evidence_of_recording(str(run), home, deadline)
        if run is not None
        else evidence_of_command(command or (), Path.cwd(), asked.seeds[0], home, deadline, tell)
    )
    steps = arm_length(evidence, (1 + sum(map(_cost, treatments))) * len(asked.seeds))
    controls, treated = _arms(Crew(evidence.bench, jobs, engine), treatments, asked.seeds, steps, tell)
    found = [verdict_of(t, controls, treated[i], len(asked.seeds)) for i, t in enumerate(treatments)]
    meta = {
        "scratch": str(home),
        "minutes": minutes,
        "seeds": list(asked.seeds),
        "remedies": [_facts(t) for t in found],
    }
    report = judge_facts(evidence.facts, meta={**evidence.meta, **meta})
    return replace(report, overview=(table_of(found, steps, len(controls)), *report.overview))


def _cost(treatment: Treatment) -> float:
    """How many times as long as a control an arm takes, as far as the treatment tells."""
    asked = dict(treatment.arguments)
    if treatment.name != "scale_option":
        return 1.0
    return max(1.0, float(asked.get("factor") or 1.0) ** (2 if asked.get("option") == "imgsz" else 1))


def arm_length(evidence: Evidence, arms: float) -> int:
    """Steps of each arm: those of the recorded run, or as many as the budget holds for so many arms.

    Raises `TraindxError` where that is less than a run can show learning in.
    """
    recording: Recording | None = evidence.facts.get("recording")
    if recording is None or not len(recording.step):
        raise TraindxError("the run took no training step", "there is nothing to compare", "run it by itself first")
    length = int(recording.step[-1]) + 1
    seconds = float(np.nanmax(recording.time)) if np.isfinite(recording.time).any() else 0.0
    starting = evidence.controls[0].run.seconds - seconds if evidence.controls else STARTING
    each = 0.8 * evidence.bench.left / arms - starting  # what treatments cost takes the rest
    affordable = max(0, int(each * length / seconds)) if seconds > 0 else length
    if affordable < min(LEAST_STEPS, length):
        words = f"{arms:.0f} arms of {LEAST_STEPS} steps take longer than the budget"
        raise TraindxError(words, f"a step takes {seconds / length:.2g} s", "give it more --minutes or fewer --seeds")
    return min(length, affordable)


def _arms(
    crew: Crew, treatments: Sequence[Treatment], seeds: Sequence[int], steps: int, tell: Callable[[str], None]
) -> tuple[list[Done], list[list[Done]]]:
    """The control of each seed, and the arms of each treatment, as far as the time goes."""
    controls: list[Done] = []
    treated: list[list[Done]] = [[] for _ in treatments]
    for seed in seeds:
        orders = [Order("control", seed, steps)]
        orders += [Order("undone", seed, steps, f"remedy-{t.name}", (t,)) for t in treatments]
        while orders and crew.bench.left > 1:
            room = crew.room(controls[0].memory) if controls else 1
            now, orders = orders[:room], orders[room:]
            tell(f"{', '.join(o.of or o.kind for o in now)}, seed {seed}: {steps} steps, {crew.bench.left:.0f} s left")
            for order, done in zip(now, crew.run(now, crew.bench.left), strict=True):
                if order.kind == "control":
                    controls.append(done)
                else:
                    treated[treatments.index(order.treatments[0])].append(done)
    return controls, treated


def verdict_of(treatment: Treatment, controls: Sequence[Done], treated: Sequence[Done], planned: int) -> Tried:
    """What a remedy did, from the seeds that have both arms."""
    both = {d.run.seed for d in controls} & {d.run.seed for d in treated}
    done = [d for d in (*controls, *treated) if d.run.seed in both]
    broken = next((d.run.failed for d in done if d.run.failed), None) or next(filter(None, map(_failed, done)), None)
    if not both or broken:
        return Tried(treatment, "not decided", broken or "the time was over before it was run")
    recordings = {(d.run.kind, d.run.seed): d.run.recording for d in done}
    pairs = [(recordings["control", seed], recordings["undone", seed]) for seed in sorted(both)]
    if any(a is not None and b is not None and same_losses(a, b) for a, b in pairs):
        return Tried(treatment, "did nothing", "it did not reach the run: both went exactly alike")
    whole = [r for r in recordings.values() if r is not None]
    basis = basis_of(whole, same_loss=same_loss([treatment]), same_inputs=same_inputs([treatment]))
    if basis is None:
        changed = "what is trained on" if same_loss([treatment]) else "what the loss measures"
        return Tried(treatment, "not decided", f"it changes {changed}, and the run has no validation to go by")
    arms = arms_of([d.run for d in done], [False] * len(done), basis=basis)
    if treatment.name in OTHER_LENGTH:  # each by its own end
        held = [None if (r := d.run.recording) is None else by_validation(basis, [r])[0] for d in done]
        arms = tuple(replace(arm, held_out=own) for arm, own in zip(arms, held, strict=True))
    gains = {(a.name, a.seed): max(0.0, gain) for a in arms if (gain := _gain(a)) is not None}
    seen = [seed for seed in sorted(both) if ("control", seed) in gains and ("undone", seed) in gains]
    if not seen:
        return Tried(treatment, "not decided", "nothing was seen that could show learning", basis=basis, arms=arms)
    scatter = max(noise(a.loss) for a in arms) if basis in ("unseen batches", "training batches") else 0.0
    effect = effect_of([gains["undone", s] - gains["control", s] for s in seen], scatter, planned)
    groups = [[g for (name, _), g in gains.items() if name == kind] for kind in ("control", "undone")]
    spread = max(max(g) - min(g) for g in groups)
    return Tried(treatment, _verdict(effect, len(seen)), "", effect, spread, basis, arms)


def _gain(arm: Arm) -> float | None:
    return arm.learned if arm.held_out is None else arm.held_out


def _failed(done: Done) -> str | None:
    events = done.run.recording.of("treatment_failed") if done.run.recording is not None else ()
    return f"it could not be carried out: {events[0].data.get('reason')}" if events else None


def _verdict(effect: Effect, seeds: int) -> Verdict:
    """By the interval over seeds. One seed decides only what lies far outside of the noise of its curves."""
    least = LEAST if seeds > 1 else 5 * LEAST
    if effect.mean >= least and effect.low > 0:
        return "helped"
    if effect.mean <= -least and effect.high < 0:
        return "harmed"
    return "did nothing" if seeds > 1 and effect.low > -2 * LEAST and effect.high < 2 * LEAST else "not decided"


def table_of(found: Sequence[Tried], steps: int, seeds: int) -> Table:
    """The remedies as a table of the report's overview."""
    rows = tuple((t.treatment.because, _shown(t), t.verdict) for t in found)
    title = f"Remedies, {steps} steps each against the run unchanged, {seeds} seed{'s' if seeds != 1 else ''}"
    return Table(title, COLUMNS, rows)


def _shown(tried: Tried) -> str:
    effect = tried.effect
    if effect is None:
        return tried.why
    words = f"{abs(effect.mean):.1%} {'less' if effect.mean < 0 else 'more'} learned, by {tried.basis}"
    if len({arm.seed for arm in tried.arms}) < 2:
        return f"{words} (one seed)"
    return f"{words} (95 % interval {effect.low:+.1%} to {effect.high:+.1%}; seeds differ by {tried.spread:.1%})"


def _facts(tried: Tried) -> dict[str, object]:
    """A verdict for the report's `meta`."""
    numbers_ = (
        {} if tried.effect is None else {"effect": tried.effect.mean, "interval": [tried.effect.low, tried.effect.high]}
    )
    return {
        "remedy": tried.treatment.because,
        "verdict": tried.verdict,
        "measured_on": tried.basis,
        "spread": tried.spread,
        "why": tried.why,
        **numbers_,
    }
