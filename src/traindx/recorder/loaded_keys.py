"""How the names of a state dict and of a module's parameters fit: counts, the odd ones, and the prefix that sets them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

NAMES = 5
LOOKED = 40
"""Names in which a prefix is sought, and how many odd ones are listed."""


def key_facts(given: Mapping[Any, Any], own: Mapping[str, Any], other: Iterable[str]) -> dict[str, Any]:
    """`given` tensors by name against the module's `own` parameters; `other` names are its buffers, which are not counted.

    `matched` have name and shape in common, `same_memory` of them are the module's own tensors given back. `prefix` is what
    names in the state dict have in front (`strip`) of those that the module misses, or lack (`add`), with their `count`.
    """
    shapes = {str(name): tuple(getattr(t, "shape", ())) for name, t in given.items()}
    matched = [name for name, p in own.items() if shapes.get(name) == tuple(p.shape)]
    missing = [name for name in own if name not in shapes]
    buffers = set(other)
    unexpected = [name for name in shapes if name not in own and name not in buffers]
    same = [name for name in matched if _pointer(given[name]) == _pointer(own[name])]
    facts: dict[str, Any] = {
        "given": len(shapes) - len([name for name in shapes if name in buffers]),
        "own": len(own),
        "matched": len(matched),
        "same_memory": len(same),
        "own_elements": sum(int(p.numel()) for p in own.values()),
        "matched_elements": sum(int(own[name].numel()) for name in matched),
    }
    wrong_shape = [name for name in own if name in shapes and shapes[name] != tuple(own[name].shape)]
    for key, names in (("missing", missing), ("unexpected", unexpected), ("wrong_shape", wrong_shape)):
        if names:
            facts[key] = {"count": len(names), "names": names[:NAMES]}
    prefix = _prefix(missing, unexpected, lambda name, named: tuple(own[name].shape) == shapes[named])
    return facts | ({"prefix": prefix} if prefix else {})


def _pointer(tensor: Any) -> Any:
    pointer = getattr(tensor, "data_ptr", None)
    try:
        return None if pointer is None else pointer()
    except Exception:  # a tensor without memory
        return None


def _prefix(missing: list[str], unexpected: list[str], alike: Any) -> dict[str, Any]:
    """The prefix with which most missing names would be found among the unexpected ones."""
    found: Counter[tuple[str, str]] = Counter()
    there, wanted = set(unexpected), set(missing)
    for name in unexpected[:LOOKED]:
        for end in _ends(name):
            if end in wanted and alike(end, name):
                found["strip", name[: -len(end)]] += 1
    for name in missing[:LOOKED]:
        for end in _ends(name):
            if end in there and alike(name, end):
                found["add", name[: -len(end)]] += 1
    if not found:
        return {}
    (way, text), _ = found.most_common(1)[0]
    pairs = [
        (m, text + m) if way == "strip" else (m, m.removeprefix(text))
        for m in missing
        if way == "strip" or m.startswith(text)
    ]
    return {way: text, "count": sum(named in there and alike(name, named) for name, named in pairs)}


def _ends(name: str) -> list[str]:
    """What is left of a name without its first parts: `b.c` and `c` of `a.b.c`."""
    parts = name.split(".")
    return [".".join(parts[at:]) for at in range(1, len(parts))]
