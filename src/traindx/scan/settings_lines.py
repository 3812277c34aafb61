"""Where the keys of a settings file stand, and which are written twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class KeyLines(NamedTuple):
    """`line` of each key, counted from 1; `names.3` is the name of id 3. `twice`: keys written again with another value,
    as the line of the second and words."""

    line: Mapping[str, int]
    twice: tuple[tuple[int, str], ...]


def key_lines(file: Path) -> KeyLines:
    """The lines of the keys of a yaml that was read before; empty if it cannot be composed."""
    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
        top = yaml.compose(text, Loader=LOADER)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return KeyLines({}, ())
    if not isinstance(top, yaml.MappingNode):
        return KeyLines({}, ())
    lines: dict[str, int] = {}
    twice: list[tuple[int, str]] = []
    _collect(text, top, "", lines, twice)
    for key, value in top.value:
        if key.value == "names" and isinstance(value, yaml.MappingNode):
            _collect(text, value, "names.", lines, twice)
        elif key.value == "names" and isinstance(value, yaml.SequenceNode):
            lines.update({f"names.{i}": item.start_mark.line + 1 for i, item in enumerate(value.value)})
    return KeyLines(lines, tuple(twice))


def _collect(
    text: str, node: yaml.MappingNode, prefix: str, lines: dict[str, int], twice: list[tuple[int, str]]
) -> None:
    """Keys of a mapping into `lines`, those written again with another value into `twice`; the last one counts."""
    seen: dict[str, str] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        name, line = f"{prefix}{key.value}", key.start_mark.line + 1
        written = " ".join(text[value.start_mark.index : value.end_mark.index].split())
        if seen.setdefault(name, written) != written:
            first = f"line {lines[name]} says {seen[name][:60]!r}"
            twice.append((line, f"`{name}` is written twice: {first}, line {line} says {written[:60]!r}, which counts"))
        seen[name] = written
        lines[name] = line
