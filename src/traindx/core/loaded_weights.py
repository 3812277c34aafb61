"""The loads of weights before a training began, as the recording tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from traindx.core.finding import Place
from traindx.core.recording import Recording


@dataclass(frozen=True)
class Load:
    """One `load_state_dict`. `given` tensors, of which `matched` fit the module's `own` parameters by name and shape and `same`
    are the module's own memory; `prefix` sets `prefixed` names apart from missing ones (`strip` it or `add` it).

    `covers` is the share of the trained model that the module is; `kept` of `looked` loaded tensors are unchanged when the
    training begins.
    """

    module: str
    strict: bool
    given: int
    own: int
    matched: int
    same: int
    missing: tuple[int, tuple[str, ...]]
    unexpected: tuple[int, tuple[str, ...]]
    wrong_shape: tuple[int, tuple[str, ...]]
    prefix: tuple[str, str] | None
    prefixed: int
    covers: float
    kept: int | None
    looked: int
    by: str
    place: Place


def loads(recording: Recording) -> Iterator[Load]:
    """The loads into what is trained, in order."""
    for line in recording.lines.get("weights_loaded", ()):
        prefix = line.get("prefix") or {}
        way = next((key for key in ("strip", "add") if key in prefix), None)
        load = Load(
            module=str(line["class"]),
            strict=bool(line["strict"]),
            given=int(line["given"]),
            own=int(line["own"]),
            matched=int(line["matched"]),
            same=int(line["same_memory"]),
            missing=_named(line.get("missing")),
            unexpected=_named(line.get("unexpected")),
            wrong_shape=_named(line.get("wrong_shape")),
            prefix=None if way is None else (way, str(prefix[way])),
            prefixed=int(prefix.get("count", 0)),
            covers=float(line.get("covers", 0.0)),
            kept=line.get("kept"),
            looked=int(line.get("looked", 0)),
            by=str(line.get("by", "")),
            place=Place(path=line.get("path"), line=line.get("line"), setting="load_state_dict"),
        )
        if load.covers > 0:
            yield load


def _named(found: dict[str, object] | None) -> tuple[int, tuple[str, ...]]:
    if not found:
        return 0, ()
    names = found["names"]
    return int(str(found["count"])), tuple(map(str, names if isinstance(names, list) else ()))
