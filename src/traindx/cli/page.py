"""A check or a cause as a Markdown page: what `traindx rule` shows and what the documentation holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.core.cause import Cause, Clue
from traindx.core.check import Check, ExampleFunction
from traindx.core.finding import Finding

Link: TypeAlias = Callable[[Check | Cause], str]
PROOFS = {
    "static": "by the finding itself, without training",
    "observed": "by what the recording shows",
    "twin": "by the same batch or checkpoint twice, with one thing changed",
    "trial": "by running the command again, shortly, with the cause undone: `traindx prove RUN {slug}`",
}
FRAMEWORKS = {
    "pytorch": "plain PyTorch",
    "ultralytics": "Ultralytics",
    "lightning": "Lightning",
    "huggingface": "Hugging Face",
}


def plain(entry: Check | Cause) -> str:
    """A check or cause named without a link."""
    return f"`{entry.code}` {entry.name}" if isinstance(entry, Check) else f"`{entry.slug}`"


def check_page(check: Check, link: Link = plain) -> str:
    """Docstring, options, examples with the messages that they give, and the causes that the check speaks for."""
    optional = f", and {_words(check.optional)} if there" if check.optional else ""
    state = ", preview: not yet measured by a benchmark" if check.preview else ""
    parts = [
        f"# {check.code} {check.name}",
        f"Level: {check.level}{state}. Looks at: {_words(check.needs)}{optional}.",
        check.doc,
    ]
    if check.options:
        rows = "\n".join(f"{name} = {_toml(value)}" for name, value in check.options.items())
        parts.append(f"## Options\n\n```toml\n[tool.traindx.checks.{check.name}]\n{rows}\n```")
    parts.append("## Examples\n\n" + "\n".join(_examples(check)))
    speaks = [(cause, clue) for cause in all_causes() for clue in cause.clues if clue.code == check.code]
    if speaks:
        rows = "\n".join(f"| {link(cause)} | {_clue(clue)} |" for cause, clue in speaks)
        parts.append(f"## Speaks for\n\n| cause | when seen | when absent |\n|---|---|---|\n{rows}\n\n{_WEIGHTS}")
    return "\n\n".join(parts) + "\n"


def cause_page(cause: Cause, link: Link = plain) -> str:
    """Docstring, clues, fix with its snippets, and how the cause is proved, undone and induced."""
    checks = {check.code: check for check in all_checks()}
    parts = [f"# {cause.slug}", cause.doc.strip()]
    if cause.clues:
        rows = "\n".join(f"| {link(checks[clue.code])} | {_clue(clue)} |" for clue in cause.clues)
        table = f"| check | when seen | when absent |\n|---|---|---|\n{rows}"
        parts.append(f"## Clues\n\nPrior log-odds: {cause.prior:+g}.\n\n{table}\n\n{_WEIGHTS}")
    if cause.fix.words:
        snippets = [f"{FRAMEWORKS[name]}:\n\n```python\n{code}\n```" for name, code in cause.fix.snippets.items()]
        parts.append("\n\n".join([f"## Fix\n\n{cause.fix.words}", *snippets]))
    lines = [f"- Proved {PROOFS[cause.proof].format(slug=cause.slug)}."]
    if cause.undo:
        lines.append(f"- Undone in a trial: {cause.undo.because}.")
    if cause.induce:
        lines.append(f"- Put in, for measuring traindx: {cause.induce.because}.")
    parts.append("## Proof\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def catalogue(link: Link = plain) -> str:
    """Every cause and every check with its first sentence."""
    causes = "\n".join(f"| {link(c)} | {c.summary} |" for c in all_causes())
    checks = "\n".join(f"| {link(c)} | {c.level} | {c.summary} |" for c in all_checks())
    return (
        f"# The catalogue\n\n## Causes\n\n| cause | what is wrong |\n|---|---|\n{causes}\n\n"
        f"## Checks\n\n| check | level | what it sees |\n|---|---|---|\n{checks}\n"
    )


_WEIGHTS = "Weights are log-likelihood ratios (natural logarithm); a diagnosis adds them to the cause's prior."


def _examples(check: Check) -> list[str]:
    lines = [f"- fires on {_sentence(example)}: {_message(check, example)}" for example in check.fires]
    return lines + [f"- stays quiet on {_sentence(example)}" for example in check.quiet]


def _message(check: Check, example: ExampleFunction) -> str:
    finding = next((item for item in check(example()) if isinstance(item, Finding)), None)
    if finding is None:
        return "(nothing)"
    place = str(finding.place)
    return f"`{place}: {finding.message}`" if place else f"`{finding.message}`"


def _sentence(example: ExampleFunction) -> str:
    return example.__name__.strip("_").replace("_", " ")


def _clue(clue: Clue) -> str:
    seen = "proves it" if clue.proves else f"{clue.if_seen:+.1f}" + (" from the first step" if clue.from_start else "")
    return f"{seen} | {clue.if_absent:+.1f}"


def _words(names: Sequence[str]) -> str:
    return " and ".join(names) or "nothing"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
