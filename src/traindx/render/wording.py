"""Words and numbers as every renderer writes them: one spelling for statuses, counts, probabilities and places."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from traindx.core.finding import Level, Place
from traindx.core.report import CheckStatus, Report, Status, TrialVerdict, Verdict

VERDICTS: dict[Verdict, str] = {"faulty": "Faulty", "healthy": "Healthy", "unclear": "Unclear"}
STATUSES: dict[Status, str] = {
    "proved": "proved",
    "consistent": "consistent",
    "ruled-out": "ruled out",
    "not-testable": "not testable here",
}
TRIALS: dict[TrialVerdict, str] = {"confirmed": "confirmed", "refuted": "refuted", "inconclusive": "inconclusive"}
CHECKS: dict[CheckStatus, str] = {"passed": "passed", "failed": "failed", "skipped": "not run", "crashed": "crashed"}
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
FAMILIES = {
    "D1": "Pictures",
    "D2": "Labels",
    "D3": "Splits and balance",
    "D4": "Layout and caches",
    "D5": "Annotation errors",
    "S": "Setup",
    "M": "Model",
    "B": "Batches",
    "T": "Training dynamics",
    "V": "Validation",
    "P": "Throughput and memory",
    "R": "Ranks",
}
OTHERS = "Others"

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text: str) -> str:
    """Text that any terminal, file and parser can take.

    Control characters, halves of surrogate pairs (file names that are not UTF-8) and marks that turn the direction of
    writing become visible escapes such as `\\x1b`; tabs and line feeds stay.
    """
    return _UNSAFE.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), text)


def one_line(text: str) -> str:
    """`clean`, with every run of white space as one space."""
    return " ".join(clean(text).split())


def number(value: float | int | str | None) -> str:
    """A number with four significant digits, whole numbers in full, non-finite ones as words; words as they are."""
    if value is None:
        return "none"
    if isinstance(value, (str, bool)):
        return clean(str(value))
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return str(float(value))
    return str(int(value)) if value == int(value) and abs(value) < 1e7 else f"{value:.4g}"


def weight(value: float) -> str:
    """A log-likelihood ratio with its sign: `+4.0`, `−2.0`."""
    return f"{round(value, 1) + 0.0:+.1f}".replace("-", "−")


def percent(share: float) -> str:
    """A probability without false certainty: never `100 %` and never `0 %`."""
    if not math.isfinite(share):
        return "unknown"
    if share < 0.005:
        return "< 1 %"
    if share >= 0.995:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")


def count(n: int, noun: str, plural: str = "") -> str:
    """`1 finding`, `3,000 findings`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`; `unknown` if it is no finite number."""
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def learned(share: float | None) -> str:
    """How far a loss fell, told by where it ended: `loss ended at 0.19 of its start`."""
    if share is None or not math.isfinite(share):
        return "loss ended without a value"
    return f"loss ended at {1 - share:.2g} of its start"


def places(these: Iterable[Place], most: int, total: int = 0) -> str:
    """The first `most` places, separated by semicolons, and how many more of `total` there are; empty if there are none."""
    words = [w for place in these if (w := one_line(str(place)))]
    left = max(len(words), total) - min(len(words), most)
    more = [f"… {left:,} more"] if words and left else []
    return "; ".join(words[:most] + more)


def verdict(report: Report) -> tuple[str, str]:
    """The verdict as a word and the sentence after it, which does not say the word again.

    Without a sentence it counts: so many checks ran, so many errors, so many warnings.
    """
    word = VERDICTS[report.verdict]
    sentence = one_line(report.sentence)
    if sentence == report.verdict or not sentence:
        ran = sum(o.status in ("passed", "failed") for o in report.outcomes)
        errors, warnings = (sum(1 for _ in report.findings(level)) for level in LEVELS[:2])
        return word, f"{count(ran, 'check')} ran: {count(errors, 'error')}, {count(warnings, 'warning')}"
    if sentence.lower().startswith(f"{word.lower()}: "):
        sentence = sentence[len(word) + 2 :]
    return word, sentence


def value(thing: Any) -> str:
    """A value of `meta` in words: lists as they would be typed, mappings as `name value`."""
    if isinstance(thing, Mapping):
        return ", ".join(f"{one_line(str(k))} {value(v)}" for k, v in thing.items())
    if isinstance(thing, (list, tuple)):
        return " ".join(value(v) for v in thing)
    return number(thing) if isinstance(thing, (int, float)) or thing is None else one_line(str(thing))


def family(code: str) -> str:
    """The family of a check in words, by the longest prefix that is known."""
    return next((FAMILIES[code[:n]] for n in (2, 1) if code[:n] in FAMILIES), OTHERS)


def version(report: Report) -> str:
    """The version of traindx that made the report, from `meta`; empty if it does not say."""
    versions = report.meta.get("versions")
    known = report.meta.get("traindx") or (versions.get("traindx") if isinstance(versions, Mapping) else None)
    return value(known) if known else ""
