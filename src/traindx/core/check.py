"""A check: a pure function from facts to findings, with its documentation and its examples in one file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from traindx.core.dataset import Depth
from traindx.core.finding import Finding, Level, Measured

Facts: TypeAlias = Mapping[str, Any]
"""Facts by name: `dataset`, `recording`, `setup`. An absent one is not in the mapping."""

CheckFunction: TypeAlias = Callable[..., Iterator[Finding | Measured]]
ExampleFunction: TypeAlias = Callable[[], Facts]


class NotEnough(Exception):
    """Raised by a check that has its facts, and too few of them to judge: it is skipped, and says so in these words."""


@dataclass
class Check:
    """What `@check` makes of a function.

    The function yields `Finding` for each fault it sees, and `Measured` for the numbers it looked at:
    a check that yields no finding has passed, and its numbers say by how much; one that yields nothing is skipped, and so is
    one that raises `NotEnough`.
    `depth` is how deep a dataset must have been scanned for no finding to mean that there is none.
    """

    code: str
    level: Level
    name: str
    doc: str
    function: CheckFunction
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    options: dict[str, Any]
    preview: bool = False
    depth: Depth = "labels"
    fires: list[ExampleFunction] = field(default_factory=list)
    quiet: list[ExampleFunction] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.doc.split("\n", 1)[0]

    @property
    def fix(self) -> str:
        """What to do, in words: the first paragraph under "How to fix". Those behind it say when the check reports."""
        _, _, section = self.doc.partition("## How to fix\n")
        return " ".join(section.split("\n\n", 1)[0].split())

    def __call__(self, facts: Facts, **options: Any) -> list[Finding | Measured]:
        """Run on facts by name; raises `KeyError` if a needed fact is absent."""
        given = {name: facts[name] for name in self.needs}
        given |= {name: facts.get(name) for name in self.optional}
        return list(self.function(**given, **options))

    def fires_on(self, example: ExampleFunction) -> ExampleFunction:
        """Register facts on which this check must yield a finding."""
        self.fires.append(example)
        return example

    def quiet_on(self, example: ExampleFunction) -> ExampleFunction:
        """Register facts on which this check must yield no finding."""
        self.quiet.append(example)
        return example


def check(
    code: str, *, level: Level, preview: bool = False, depth: Depth = "labels"
) -> Callable[[CheckFunction], Check]:
    """Make a check of a function whose positional parameters are facts and whose keyword-only ones are options.

    A positional parameter with the default None is a fact that is used when it is there.
    """

    def make(function: CheckFunction) -> Check:
        parameters = inspect.signature(function).parameters.values()
        facts = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
        return Check(
            code=code,
            level=level,
            name=function.__name__.replace("_", "-"),
            doc=inspect.cleandoc(function.__doc__ or ""),
            function=function,
            needs=tuple(p.name for p in facts if p.default is p.empty),
            optional=tuple(p.name for p in facts if p.default is not p.empty),
            options={p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY},
            preview=preview,
            depth=depth,
        )

    return make
