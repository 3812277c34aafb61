"""The verdict: faulty, healthy or unclear, what makes it so, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from traindx.core.check import Facts
from traindx.core.report import Diagnosis, Outcome, Reason, Status, Verdict

LEARNING = "T103"
"""The check that says whether the run learned: its passing is what `healthy` rests on."""

DOUBTS = ("T105", "T106", "T115", "T117", "T382", "T367", "B251", "V436")
"""The checks that say that a loss which fell shows nothing yet: it ends at chance, its fall is within its noise, it ends at what
the frequencies of the classes alone bring, it is at rest and high in training and validation, it falls slowly or the run was left
early, it fell little at a rate of another optimizer, held back samples fit no better than with one another's labels, or next to
nothing is found in validation."""

LEARNING_OF_LOG = "V410"
"""The same of a log without a recording."""

DOUBTS_OF_LOG = (
    "V403",
    "V412",
    "V455",
    "V492",
    "V491",
    "V418",
    "V428",
    "V408",
    "V411",
    LEARNING_OF_LOG,
    "V413",
    "V414",
    "V458",
    "V457",
)
"""The checks after which a log without a recording is not called healthy, the first that failed says why: it is too short,
validation loss rises alone, validation stays far behind, its metric declines, it was stopped while it learned, good weights were
wrecked, the rate was gone long before the end, the metric breaks down again and again, its plan was not carried out, nothing
became better, the metric is poor, training is as poor, the validation loss is that of guessing, rare classes are missed."""

CALLED_HEALTHY = 0.9
"""Probability that a run called healthy has no fault that harms it: of the benchmark's fitted half, of which three in five runs
are faulty, 90 % (`python bench/score.py`, bench/results/diagnosis.md, under "Calibration")."""

ENDED = "T026"
"""The check that says whether the command ended with another status than zero: a healthy training may not be complete."""

NO_FAULT = ("V420", "V421", "V422", "V423")
"""The checks that find what looks odd in curves and is no fault; a healthy verdict names it."""

TOO_EARLY = ("T100", "V403", "V411")
"""The checks that say whether the run is long enough to tell: by its steps; by the epochs of its log, and by its plan."""


def verdict_of(
    by_code: Mapping[str, Outcome], facts: Facts, errors: AbstractSet[str], warned: Sequence[Diagnosis] = ()
) -> tuple[Verdict, Diagnosis | None]:
    """The verdict, and the diagnosis that says so when it is no fault. `warned`: what warnings show, see `shown_by_warnings`."""
    if errors:
        return "faulty", None
    if any(o.status == "crashed" and o.level == "error" for o in by_code.values()):
        return "unclear", None
    recorded = "recording" in facts
    doubt = _first_failed(_doubts(facts), by_code)
    if doubt is not None:
        return "unclear", _state("too-early-to-tell", by_code) if doubt.code in TOO_EARLY else None
    if warned:
        return "unclear", None
    learning = LEARNING_OF_LOG if "history" in facts and not recorded else LEARNING
    learned = learning in by_code and by_code[learning].status == "passed"
    looked = any(o.status in ("passed", "failed") for o in by_code.values())
    examined = "dataset" in facts or "checkpoint" in facts
    if learned or (looked and examined and not recorded and "history" not in facts):
        return "healthy", _state("healthy", by_code)
    early = _first_failed(TOO_EARLY, by_code) if recorded else None
    return "unclear", _state("too-early-to-tell", by_code) if early is not None else None


def _doubts(facts: Facts) -> tuple[str, ...]:
    return (*TOO_EARLY[:1], *DOUBTS) if "recording" in facts else DOUBTS_OF_LOG


def _first_failed(codes: Sequence[str], by_code: Mapping[str, Outcome]) -> Outcome | None:
    return next((by_code[c] for c in codes if c in by_code and by_code[c].status == "failed"), None)


WHY = (LEARNING, LEARNING_OF_LOG, "B145", "T201", "T301", "B101", "T402", "T302")
"""The checks whose numbers say most of why a run is healthy, the most telling first: learning, validation, updates, modes, inputs,
dead units, parameters that move."""

FEW = 0.02
"""Share of the pictures up to which label and picture faults do not make a training faulty (a guess)."""

LIKELY, RIVALS = 0.5, 4
"""A cause less likely than this is not named alone beside others, of which so many are named."""

MANY, LEAST = 0.05, 3
"""Share of the pictures, and number of files, from which warnings about single files keep a dataset from being called healthy (a
guess)."""

SURE = 0.9
"""Probability from which a cause that warnings show keeps a dataset from being called healthy (a guess)."""

SURE_OF = {"S2": 0.6, "M2": 0.8}
"""The same for warnings about a checkpoint, which are about what stands in it or does not, and about a network (guesses)."""

SURE_OF_RUN = 0.8
"""The same of a recorded training, for warnings that are not about its dataset. Of the benchmark's runs that learned, without an
error, 9 of 58 faulty ones show a cause so surely, each the right one, and none of 175 healthy ones (`python bench/score.py`)."""


def deciding_errors(by_code: Mapping[str, Outcome], facts: Facts) -> frozenset[str]:
    """The failed checks at level error. Of a training, not those that are about a few files of its dataset:
    these do not decide whether it learns, unless it stopped or its loss broke, which one bad file can do.
    """
    failed = {o.code for o in by_code.values() if o.status == "failed" and o.level == "error"}
    if "recording" in facts and not failed & {"T001", "T101"}:
        failed -= {code for code in failed if _few(by_code[code], facts)}
    return frozenset(failed)


def shown_by_warnings(
    diagnoses: Sequence[Diagnosis], by_code: Mapping[str, Outcome], facts: Facts
) -> tuple[Diagnosis, ...]:
    """The causes that warnings prove or make nearly sure: with them nothing is called healthy.

    Of a recorded training those count that are not about its dataset: where it learned it speaks for itself, whatever its dataset
    holds. Of a dataset or a checkpoint examined alone, those about more than a few of its files.
    """
    recorded = "recording" in facts
    if not recorded and (not facts.keys() & {"dataset", "checkpoint"} or "history" in facts):
        return ()
    warned = {
        o.code
        for o in by_code.values()
        if o.status == "failed" and o.level == "warning" and not _few(o, facts, MANY, LEAST)
        if not (recorded and o.code.startswith("D"))
    }
    found = (d for d in diagnoses if d.status in ("proved", "consistent"))
    return tuple(
        d for d in found if any(r.code in warned and d.probability >= _sure(r.code, recorded) for r in d.because)
    )


def _sure(code: str, recorded: bool) -> float:
    if recorded:
        return SURE_OF_RUN
    return next((sure for family, sure in SURE_OF.items() if code.startswith(family)), SURE)


def _few(outcome: Outcome, facts: Facts, share: float = FEW, least: int = 0) -> bool:
    """Whether an outcome about the dataset touches few of its files."""
    dataset = facts.get("dataset")
    if dataset is None or not outcome.code.startswith(("D1", "D2", "D32")):
        return False
    files = {f.place.image or f.place.path for f in outcome.findings}  # many pictures share the file of a json
    if files & {None, "", dataset.source_path}:
        return False  # said of the set as a whole
    return len(files) < least or len(files) <= share * max(len(dataset.images), 1)


def _state(slug: str, by_code: Mapping[str, Outcome]) -> Diagnosis:
    """A diagnosis that is no fault: what was looked at and found in order, by which number."""
    status: Status = "consistent"
    passed = [o for o in by_code.values() if o.status == "passed" and o.measured]
    passed.sort(key=lambda o: WHY.index(o.code) if o.code in WHY else len(WHY))
    early = [o for o in by_code.values() if o.code in TOO_EARLY and o.findings]
    told = {
        "; ".join(str(m) for m in o.measured[:3]): o.code for o in reversed(passed)
    }  # two checks may look at one number
    because = tuple(Reason(text, code) for text, code in reversed(told.items()))
    named = (Reason(o.findings[0].message, o.code) for o in by_code.values() if o.code in NO_FAULT and o.findings)
    because = (*because[:1], *named, *because[1:])
    if slug == "too-early-to-tell":
        because = tuple(Reason(o.findings[0].message, o.code) for o in early)
    missing = tuple(
        Reason(f"{o.words}: {o.reason}", o.code) for o in by_code.values() if o.status in ("skipped", "crashed")
    )
    summary = "Nothing is wrong, and here is why" if slug == "healthy" else "The run is too short to tell"
    return Diagnosis(
        slug, status, CALLED_HEALTHY if slug == "healthy" else 0.5, summary, because=because, not_looked_at=missing
    )


def sentence_of(
    verdict: Verdict,
    state: Diagnosis | None,
    diagnoses: Sequence[Diagnosis],
    by_code: Mapping[str, Outcome],
    facts: Facts,
    errors: AbstractSet[str],
    warned: Sequence[Diagnosis] = (),
) -> str:
    """The verdict in one sentence."""
    if verdict == "faulty":
        best = next((d for d in diagnoses if d.status in ("proved", "consistent") and is_serious(d, errors)), None)
        if best is None:
            outcome = next(o for o in by_code.values() if o.code in errors)
            return f"Faulty: {outcome.findings[0].message} ({outcome.code}, {len(outcome.findings)} places)"
        reason = max(best.because, key=lambda r: (r.code in errors, r.weight))
        rivals = [d.cause for d in diagnoses if d.status == "consistent" and is_serious(d, errors)]
        if best.status != "proved" and best.probability < LIKELY and len(rivals) > 1:
            return f"Faulty: {reason.text}. Which of these it is cannot be told from this: {', '.join(rivals[:RIVALS])}"
        return f"Faulty: {best.cause}, {best.status}. {reason.text}"
    if verdict == "healthy" and "recording" in facts:
        unseen = (
            "" if "history" in facts else "; this is the training alone, no loss or metric of a validation was seen"
        )
        ended = by_code.get(ENDED)
        told = f"; {ended.findings[0].message}" if ended is not None and ended.findings else ""
        return f"Healthy: {by_code[LEARNING].measured[0]}{unseen}{told}"
    if verdict == "healthy" and "history" in facts:
        return f"Healthy: {'; '.join(map(str, by_code[LEARNING_OF_LOG].measured))}"
    if verdict == "healthy":
        looked = sum(o.status in ("passed", "failed") for o in by_code.values())
        return f"Healthy: {looked} checks looked, none failed at level error"
    if state is not None and state.because:
        return f"Too early to tell: {state.because[0].text}"
    if "replay" in facts and "recording" not in facts:
        again = facts["replay"].again
        if again is None:
            return f"Unclear: the step was not done again: {facts['replay'].failed or 'the command never came to it'}"
        return "Unclear: done again, the step is finite; what made it bad is in no weight, batch or random state of it"
    doubt = _first_failed(_doubts(facts), by_code)
    if doubt is not None:
        return f"Unclear: {doubt.findings[0].message}"
    if warned:
        reason = max(warned[0].because, key=lambda r: r.weight)
        learned = "it learned" if "recording" in facts else "no check failed at level error"
        return f"Unclear: {learned}, and warnings show {warned[0].cause}. {reason.text}"
    if "dataset" in facts and "recording" not in facts and "history" not in facts:
        return "Unclear: none of the checks that were chosen had anything to look at"
    if "recording" in facts or "history" in facts:
        return "Unclear: no check failed at level error, and nothing shows that the run learned"
    first = next((o for o in by_code.values() if o.status == "failed" and o.level == "warning"), None)
    if first is not None:
        return f"Unclear: no check failed at level error, with a warning: {first.findings[0].message}"
    return "Unclear: no check failed at level error; whether a training learns is seen once it is recorded"


def is_serious(diagnosis: Diagnosis, errors: AbstractSet[str]) -> bool:
    """Whether a finding that makes the run faulty stands behind the diagnosis."""
    return any(r.code in errors for r in diagnosis.because)
