"""What an installed library says of its settings: names, defaults, kinds and bounds, as its files have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Library:
    """`defaults` by name; `kinds` of those that are checked (`fraction`, `float`, `int`, `bool`), `least` the smallest value.

    `passed` are names that are taken and are no settings (older spellings), `on_resume` those that a resumed run takes over
    anew, `optimizers` the names that it knows; `layers` counts those of the model that was named, None where it is not known.
    """

    name: str = ""
    version: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    on_resume: frozenset[str] = frozenset()
    optimizers: frozenset[str] = frozenset()
    layers: int | None = None
