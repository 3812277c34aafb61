"""One run of the benchmark as a line of JSON, and the file that holds the lines of all runs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from recipes import HELD_OUT

HEALTHY = "healthy"
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """What was wrong with a run (`cause`, or `healthy`) and what was diagnosed.

    `also` are causes that are as right an answer. `ranking` holds slug, status and probability of every diagnosis, best
    first; `outcomes` the status of every check by code; `errors` and `warnings` the codes that failed at these levels.
    `placed` says whether a line that is to be named was named with the right cause: None where no line is at fault, or
    the cause was not named. `detected` is the first step looked at by which the right cause stood first, `onset` the
    first step at which anything is wrong. `peers` holds what other projects' rules answer, by project. `learned` is the
    share that the training loss fell by, `validated` the last validation's metric.
    """

    set: str
    script: str
    cause: str
    variant: str
    seed: int
    verdict: str
    ranking: tuple[tuple[str, str, float], ...]
    outcomes: dict[str, str]
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    placed: bool | None = None
    onset: int = 0
    detected: int | None = None
    peers: dict[str, tuple[str, ...]] | None = None
    exit_status: int | None = 0
    steps: int = 0
    seconds: float = 0.0
    version: str = ""
    learned: float | None = None
    validated: float | None = None

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What tells one run from another."""
        return self.set, self.script, self.cause, self.variant, self.seed

    @property
    def right(self) -> frozenset[str]:
        """The answers that are right."""
        return frozenset({self.cause, *self.also})

    @property
    def answer(self) -> tuple[str, ...]:
        """The causes that the report names (proved or consistent), best first; `healthy` first if that is its verdict."""
        named = tuple(
            slug for slug, status, _ in self.ranking if status in ("proved", "consistent") and slug != HEALTHY
        )
        return (HEALTHY, *named) if self.verdict == HEALTHY else named

    @property
    def part(self) -> str:
        """`held out` (scripts never fitted on), `fitted` or `other half`: by a checksum of what the run is."""
        if self.script in HELD_OUT:
            return "held out"
        return "fitted" if zlib.crc32(repr(self.key).encode()) % 2 else "other half"


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
        lists = {name: tuple(fields[name]) for name in ("errors", "warnings", "also")}
        peers = {name: tuple(found) for name, found in (fields["peers"] or {}).items()}
        yield Result(**{**fields, **lists, "ranking": ranking, "peers": peers})
