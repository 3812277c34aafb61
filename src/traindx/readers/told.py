"""The accuracy that a training tells of each validation, beside the share of right answers that its loss function saw there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.history import Told
from traindx.core.recording import Recording
from traindx.readers import names
from traindx.readers.console_pairs import columns_in, pairs_in

ACCURACY = ("metric/accuracy", "metric/accuracy_top1")


def told_in(recording: Recording) -> tuple[Told, ...]:
    """Each validation of several batches in which both are known: printed, or logged, after it and before the next step.

    Left out are those in which answers of several heads were seen, or targets that the loss ignores; and trainings with several
    answers to a sample (the letters of a word), as what is told may count whole samples.
    """
    if _is_of_parts(recording):
        return ()
    told: dict[int, list[float]] = {}
    beside: set[int] = set()
    for line in recording.lines.get("printed", ()):
        if line.get("validating"):
            text, step = str(line["text"]), int(line["step"])
            told.setdefault(step, []).extend(_printed(text))
            beside |= {step} if _is_beside_loss(text) else set()
    for line in recording.lines.get("metric", ()):
        told.setdefault(int(line["step"]), []).extend(_logged(line))
    mixed = {line["step"] for line in recording.lines.get("validation", ()) if _is_mixed(line)}
    seen = [v for v in recording.validations if v.batches > 1 and v.accuracy is not None and v.step not in mixed]
    return tuple(
        Told(v.step, tuple(values), float(v.accuracy), v.step + 1 in beside)
        for v in seen
        if v.accuracy is not None and (values := told.get(v.step + 1))
    )


def _is_of_parts(recording: Recording) -> bool:
    """Whether a step's loss functions judge more answers than the batch has samples."""
    for detail in recording.details.values():
        calls = [call for call in (detail.get("loss_call"), *detail.get("more_loss_calls", ())) if call]
        samples = detail.get("batch", {}).get("samples")
        if samples and sum(next(iter(call.get("shape", ())), 0) for call in calls) > samples:
            return True
    return False


def _is_mixed(line: Mapping[str, Any]) -> bool:
    """Whether the accuracy is of other answers than the results of the classes are."""
    rows = line.get("by_class") or ()
    share = sum(row[1] for row in rows) / max(1, sum(row[0] for row in rows))
    return bool(rows) and abs(share - (line.get("accuracy") or 0.0)) > 0.01


def _printed(text: str) -> list[float]:
    """The accuracies of a line: those of the validation set, or of a line that names no set."""
    of_validation = [(pair.name, pair.value) for pair in pairs_in(text) if pair.split in ("val", "test")]
    if of_validation:
        text = " ".join(f"val_{name} {value!r}," for name, value in of_validation)
    return [pair.value for column, pair in columns_in(text, "", validated=True) if column in ACCURACY]


def _is_beside_loss(text: str) -> bool:
    named = any(pair.split in ("val", "test") for pair in pairs_in(text))
    return not named and "loss" in text.lower() and "/" not in text


def _logged(line: Any) -> Iterator[float]:
    name = names.split_first(str(line["name"]))
    if line.get("value") is not None and names.is_validation(name) and names.meaning(name) in ACCURACY:
        yield float(line["value"])
