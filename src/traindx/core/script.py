"""What a training script's text tells: calls with their literal arguments, and the loops around them. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from traindx.core.finding import Place

_EPOCH = re.compile(r"epoch|^ep$", re.IGNORECASE)
_BATCHES = re.compile(r"loader|batches|\bdl\b|_dl\b|train_iter|train_data\b|trainset\b|data_iter", re.IGNORECASE)


def is_of_batches(text: str) -> bool:
    """Whether an expression names what gives the batches of an epoch."""
    return bool(_BATCHES.search(text))


@dataclass(frozen=True)
class Loop:
    """A `for` loop: its variable, what it runs over as written, how often it runs where the text tells that."""

    line: int
    variable: str
    over: str
    times: int | None = None

    @property
    def is_of_epochs(self) -> bool:
        """Whether it counts epochs."""
        return bool(_EPOCH.search(self.variable)) and "range(" in self.over

    @property
    def is_of_batches(self) -> bool:
        """Whether it draws batches from a loader."""
        return not self.is_of_epochs and is_of_batches(self.over)


Pace = Literal["epoch", "iteration", ""]
"""After what a schedule is stepped: `iteration` where the whole training is counted in them."""


@dataclass(frozen=True)
class Group:
    """A group of parameters as an optimizer is given it: `params` as written, with what makes the names in it; the settings of its
    own by name, `arguments` those whose value the text tells."""

    params: str
    line: int
    arguments: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A call: `function` as written with its dots, `arguments` whose value the text tells and `texts` of all, by keyword or by
    position ("0", "1"), and their `lines`; `target` is the name that holds what it returns, `loops` those around it,
    outermost first, `scope` the function that it stands in; `tried`: inside of a `try`,
    `now_and_then`: inside of an `if` that counts (`if step % 100 == 0`, `if epoch >= 5`). `made` is the line of the call that made
    the owner, 0 where the text does not tell it. The loops include those around the one place that calls its function.
    `passes` are arguments that are a number of batches, as passes over a loader; `groups` those of an optimizer, where the text
    tells all of them. `path` is that of a file of settings that stands for the call, empty where the script itself calls,
    `pace` how often a schedule that it names is stepped.
    """

    function: str
    line: int
    arguments: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    loops: tuple[Loop, ...] = ()
    scope: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    tried: bool = False
    now_and_then: bool = False
    made: int = 0
    passes: Mapping[str, float] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    path: str = ""
    pace: Pace = ""

    @property
    def name(self) -> str:
        """The last part of the function's name."""
        return self.function.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """What stands before the last dot."""
        return self.function.rpartition(".")[0]

    def get(self, name: str, position: int | None = None, default: Any = None) -> Any:
        """The value of an argument by keyword or position; `default` where it is not given, None where it cannot be told."""
        for key in (name, *(() if position is None else (str(position),))):
            if key in self.texts:
                return self.arguments.get(key)
        return default

    def passes_of(self, name: str, position: int | None = None) -> float | None:
        """How many passes over a loader an argument counts; None where it counts none, or the text does not tell it."""
        found = self.passes.get(name)
        return found if found is not None or position is None or name in self.texts else self.passes.get(str(position))

    def text(self, name: str, position: int | None = None) -> str:
        """The argument as written, empty where it is not given."""
        return self.texts.get(name) or ("" if position is None else self.texts.get(str(position), ""))


@dataclass(frozen=True)
class Script:
    """`path` relative to the command's folder; `used` counts how often each name is read, `words` are all constants of text,
    `defined` the names of its own functions and classes; `intervals` are those that stand in dictionaries for Lightning;
    `stored` the names of the fields that it writes into, or whose entries it changes; `fields` are those in capitals
    (`cfg.SOLVER.BASE_LR = 0.01`), each without its first name, with its value (None where that is not told) and line; `options` are
    those of argparse as the command or their defaults have them, where that is told. `lengths` are those of the training that
    files of settings name.
    """

    path: str = ""
    calls: tuple[Call, ...] = ()
    loops: tuple[Loop, ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()
    intervals: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()
    fields: tuple[tuple[str, Any, int], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    lengths: Mapping[Pace, float] = field(default_factory=dict)

    def called(self, *names: str) -> Iterator[Call]:
        """The calls of functions with one of these names."""
        yield from (call for call in self.calls if call.name in names)

    def place(self, call: Call, setting: str, argument: str = "") -> Place:
        """Where a call is written, or one of its arguments."""
        return Place(call.path or self.path, call.lines.get(argument, call.line), setting=setting)

    @property
    def said(self) -> str:
        """All that is called, with its arguments as written, and all constants of text: what a pattern is looked for in."""
        calls = (f"{call.function}({', '.join(f'{k}={v}' for k, v in call.texts.items())})" for call in self.calls)
        return "\n".join((*calls, *sorted(self.words)))

    @property
    def epochs(self) -> Loop | None:
        """The loop over epochs, where there is one only."""
        found = [loop for loop in self.loops if loop.is_of_epochs]
        return found[0] if len({loop.over for loop in found}) == 1 else None
