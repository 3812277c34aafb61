"""The complaints that people come with, each with the questions that a work-up asks, in the order in which to ask them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traindx.core.finding import Table
from traindx.core.report import Diagnosis, Outcome

COLUMNS = ("asked", "answer", "by")
"""Columns of a work-up, by which a renderer knows it."""


@dataclass(frozen=True)
class Question:
    """One question of a work-up, and the causes that answer it with yes."""

    words: str
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Complaint:
    """What people say, and what is asked then."""

    name: str
    words: str
    questions: tuple[Question, ...]


_LABELS = Question(
    "Are the labels other than they should be?",
    (
        *(
            "labels-not-found",
            "wrong-dataset-layout",
            "one-based-class-ids",
            "class-id-out-of-range",
            "class-map-mismatch",
        ),
        *("pixel-coordinates", "wrong-box-format", "degenerate-boxes", "box-outside-image", "malformed-labels"),
        *("missing-images", "stale-label-cache", "shuffled-labels", "label-noise"),
    ),
)
_FILES = Question("Can a picture not be read?", ("corrupt-images", "unexpected-image-mode", "nan-in-data"))
_INPUTS = Question(
    "Does the network receive other numbers than it should?",
    ("unscaled-inputs", "wrong-normalization", "channels-swapped", "boxes-not-transformed", "not-shuffled"),
)
_MECHANICS = Question(
    "Is a call of the training loop missing or out of order?",
    (
        *("missing-zero-grad", "missing-optimizer-step", "broken-graph", "frozen-parameters", "gradient-ascent"),
        *("optimizer-missing-parameters", "accumulation-not-averaged", "clip-before-unscale", "clip-too-tight"),
    ),
)
_LOSS = Question(
    "Does the loss not fit what the model gives it?",
    ("softmax-before-cross-entropy", "wrong-output-activation", "wrong-loss", "head-class-mismatch"),
)
_RATE = Question(
    "Is the rate too high or too low, or does its schedule run wrong?",
    ("lr-too-high", "lr-too-low", "schedule-misapplied", "missing-warmup", "settings-ignored", "wrong-optimizer"),
)
_SIGNAL = Question(
    "Does the signal die in the network?",
    (
        *("dead-relu", "saturating-activations", "init-too-small", "init-too-large", "constant-init"),
        *("missing-normalization-layer", "missing-nonlinearity", "weights-not-loaded", "model-too-small"),
    ),
)
_NUMERICS = Question("Do numbers overflow?", ("amp-overflow", "unstable-operation", "nan-in-data", "device-numerics"))
_MODES = Question(
    "Is a mode or a running statistic wrong?",
    (
        *("left-in-eval-mode", "left-in-train-mode", "batchnorm-small-batch", "batchnorm-stats-stale"),
        *("frozen-batchnorm-drifts", "last-batch-of-one"),
    ),
)
_MACHINE = Question(
    "Does the machine run out of something, or wait?",
    ("out-of-memory", "memory-leak", "resources-exhausted", "loader-too-slow", "uneven-batches"),
)
_SPLITS = Question(
    "Is validation asked about other things than training taught?",
    (
        *("class-map-mismatch", "labels-not-found", "missing-class", "train-val-shift", "train-val-transform-mismatch"),
        *("evaluator-mismatch", "train-val-leakage"),
    ),
)

COMPLAINTS = (
    Complaint(
        "first-epoch",
        "fails at the first epoch",
        (_LABELS, _FILES, _NUMERICS, _LOSS, _INPUTS, _RATE, _SIGNAL, _MACHINE),
    ),
    Complaint(
        "validation",
        "fails validation after training",
        (
            _SPLITS,
            _MODES,
            Question(
                "Is it overfitting, or was it stopped too early?", ("overfitting", "too-few-epochs", "underfitting")
            ),
            Question("Are some classes too rare?", ("class-imbalance", "missing-class")),
            _LABELS,
        ),
    ),
    Complaint(
        "no-progress",
        "makes no progress and shows no error",
        (_MECHANICS, _LOSS, _INPUTS, _RATE, _SIGNAL, _MODES, _LABELS),
    ),
    Complaint("stalls", "stalls after the first epoch", (_MODES, _RATE, _MECHANICS, _SIGNAL, _MACHINE, _INPUTS)),
    Complaint(
        "breaks",
        "spikes or breaks at one epoch",
        (
            _RATE,
            _NUMERICS,
            Question("Was the batch unlike the others?", ("outlier-batch", "nan-in-data", "corrupt-images")),
            Question(
                "Was something resumed or switched there?",
                ("resume-lost-state", "poisoned-checkpoint", "left-in-eval-mode"),
            ),
            _MACHINE,
        ),
    ),
)


def complaint_of(name: str) -> Complaint:
    """The complaint of that name. Raises `KeyError` if there is none."""
    return {complaint.name: complaint for complaint in COMPLAINTS}[name]


def work_up(complaint: Complaint, diagnoses: Sequence[Diagnosis], outcomes: Sequence[Outcome]) -> Table:
    """What a report answers to the questions of a complaint, as a table with `COLUMNS`."""
    by_cause = {diagnosis.cause: diagnosis for diagnosis in diagnoses}
    by_code = {outcome.code: outcome for outcome in outcomes}
    rows = []
    for question in complaint.questions:
        known = [by_cause[cause] for cause in question.causes if cause in by_cause]
        rows.append((question.words, *_answer(known, by_code)))
    return Table(f"Asked where training {complaint.words}", COLUMNS, tuple(rows))


def _answer(known: Sequence[Diagnosis], by_code: Mapping[str, Outcome]) -> tuple[str, str]:
    yes = [d for d in known if d.status in ("proved", "consistent")]
    if yes:
        best = yes[0]
        reason = max(best.because, key=lambda r: r.weight, default=None)
        return f"yes: {best.cause}, {best.status}", f"{reason.text} ({reason.code})" if reason else ""
    looked = [o for o in _asked(known, by_code) if o.status == "passed"]
    missing = [o for o in _asked(known, by_code) if o.status in ("skipped", "crashed")]
    if not looked:
        return "not looked at", missing[0].reason if missing else "no check of it has anything to look at here"
    measured = "; ".join(f"{o.measured[0]} ({o.code})" for o in looked[:3] if o.measured)
    left = f"; {len(missing)} could not look: {missing[0].reason}" if missing else ""
    return f"no: {len(looked)} check{'s' * (len(looked) > 1)} looked", measured + left


def _asked(known: Sequence[Diagnosis], by_code: Mapping[str, Outcome]) -> list[Outcome]:
    """The outcomes of the checks that speak for these causes, each once, those first that speak for few others."""
    wanted = {d.cause for d in known}
    return sorted((o for o in by_code.values() if wanted & set(o.causes)), key=lambda o: len(o.causes))
