"""One run of the benchmark as a line of JSON, and the file that holds the lines of all runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HEALTHY = "healthy"
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """What was induced (`cause`, or `healthy`; `dose`: full or mild) and what was diagnosed.

    `ranking` holds slug, status and probability of every diagnosis, best first; `outcomes` the status of every check by
    code; `errors` the codes that failed at level error; `accuracy` is the last one that the script printed.
    """

    recipe: str
    cause: str
    seed: int
    verdict: str
    ranking: tuple[tuple[str, str, float], ...]
    outcomes: dict[str, str]
    errors: tuple[str, ...]
    accuracy: float | None
    exit_status: int | None
    steps: int
    seconds: float
    cost: float | None
    version: str
    dose: str = "full"

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What tells one run from another."""
        return self.recipe, self.cause, self.dose, self.seed

    @property
    def answer(self) -> tuple[str, ...]:
        """The causes that the report names (proved or consistent), best first; `healthy` first if that is its verdict."""
        named = tuple(
            slug for slug, status, _ in self.ranking if status in ("proved", "consistent") and slug != HEALTHY
        )
        return (HEALTHY, *named) if self.verdict == HEALTHY else named


def load(path: Path) -> list[Result]:
    """The results of a file; none if it does not exist. A line cut by a kill is left out; a later line replaces its like."""
    return list({result.key: result for result in _lines(path)}.values())


def append(path: Path, result: Result) -> None:
    """Add one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def _lines(path: Path) -> Iterator[Result]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        ranking = tuple((slug, status, probability) for slug, status, probability in fields["ranking"])
        yield Result(**{**fields, "ranking": ranking, "errors": tuple(fields["errors"])})
