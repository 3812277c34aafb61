"""Calls of torchvision's functions of boxes, by line of the user's code: what they were given, and how two sets of boxes met.

A site is {call, path, line, calls, boxes, inverted, learns, high, meeting?}: `call` is `overlap`, `nms` or a conversion such as
`xyxy to cxcywh`; the lists have a number for each set of boxes that the function takes: how many there were, how many have
their second corner left of or above the first, whether they require gradients, and the largest number. `meeting` is
`core.box_meeting.Meeting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.box_meeting import Meeting, inverted, meeting
from traindx.core.finding import Place
from traindx.core.own_overlaps import NEAR
from traindx.core.recording import Recording

OWN = "own_overlaps"
"""Where sites of functions of the user's own are: with `function`, the `format` in which it reads boxes, which are corners here,
and `off` and `told` (`core.own_overlaps`)."""


@dataclass(frozen=True)
class Given:
    """The sets of boxes of one call, [n, 4] each, and whether each learns."""

    sets: tuple[NDArray[np.float64], ...]
    learns: tuple[bool, ...]

    @classmethod
    def of(cls, values: Any, counts: Sequence[int], learns: Sequence[bool]) -> Given:
        """From the numbers of all sets, one after the other."""
        rows = np.asarray(values, dtype=np.float64).reshape(-1, 4)
        ends = np.cumsum(counts)
        return cls(tuple(rows[end - n : end] for end, n in zip(ends, counts, strict=True)), tuple(learns))


@dataclass(frozen=True)
class Site:
    """What one line gave to a function of boxes, in one recorded step or one validation."""

    call: str
    path: str
    line: int
    step: int
    validating: bool
    boxes: tuple[int, ...]
    inverted: tuple[int, ...]
    learns: tuple[bool, ...]
    high: tuple[float, ...]
    meeting: Meeting | None = None
    as_corners: int = 0
    beyond: int = 0

    @property
    def place(self) -> Place:
        """The line of the user's code."""
        return Place(path=self.path, line=self.line, step=self.step)


def facts_of(calls: Sequence[Given]) -> dict[str, Any]:
    """The fields of a site, from its calls. Boxes with a number that is not finite are left out."""
    kept = [tuple(s[np.isfinite(s).all(axis=1)] for s in call.sets) for call in calls]
    pooled = [np.concatenate(sets) for sets in zip(*kept, strict=True)]
    first = pooled[0]
    read = np.column_stack([first[:, :2] - first[:, 2:] / 2, first[:, :2] + first[:, 2:] / 2])
    found: dict[str, Any] = {
        "calls": len(calls),
        "boxes": [len(s) for s in pooled],
        "inverted": [inverted(s) for s in pooled],
        "learns": [any(call.learns[i] for call in calls) for i in range(len(pooled))],
        "high": [float(f"{np.abs(s).max(initial=0.0):.4g}") for s in pooled],
        "as_corners": int((first[:, 2:] > first[:, :2]).all(axis=1).sum()),
        "beyond": int((read[:, :2] < -0.02 * np.abs(first).max(initial=0.0)).any(axis=1).sum()),
    }
    met = meeting([(sets[0], sets[1]) for sets in kept]) if len(pooled) == 2 else None
    if met is not None:
        found["meeting"] = {"pairs": met.pairs, "given": round(met.given, 4)}
        for key, values in (("read", met.read), ("elsewhere", met.elsewhere)):
            found["meeting"][key] = {name: round(value, 4) for name, value in values.items()}
        found["meeting"] |= {"paired": [round(v, 4) for v in met.paired]} if met.paired else {}
    return found


def sites_of(recording: Recording) -> list[Site]:
    """All sites of a recording, in order: those of recorded steps, and those of validations."""
    found = []
    for step, detail in sorted(recording.details.items()):
        found += [_site(entry, step, False) for entry in (*(detail.get("box_calls") or ()), *_own(detail.get(OWN)))]
    for line in recording.lines.get("box_calls", ()):
        found += [_site(entry, int(line["step"]), not line.get("training")) for entry in line.get("sites") or ()]
    for line in recording.lines.get(OWN, ()):
        found += [_site(entry, int(line["step"]), True) for entry in _own(line.get("sites"))]
    return found


def own_overlaps_of(recording: Recording) -> list[tuple[Site, Mapping[str, Any]]]:
    """The calls of functions of the user's own that are named after an overlap, with what was written of each."""
    found = []
    for step, detail in sorted(recording.details.items()):
        found += [(_site(entry, step, False), entry) for entry in detail.get(OWN) or ()]
    for line in recording.lines.get(OWN, ()):
        found += [(_site(entry, int(line["step"]), True), entry) for entry in line.get("sites") or ()]
    return found


def _own(entries: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """Of overlaps that a function of the user's own computed those of which it is known how it reads boxes."""
    return [entry for entry in entries or () if entry["off"] <= NEAR]


def by_line(sites: Sequence[Site]) -> list[list[Site]]:
    """The sites of each line of code, in training and validation apart; of each its later half, when more was learned."""
    found: dict[tuple[str, int, str, bool], list[Site]] = {}
    for site in sites:
        found.setdefault((site.path, site.line, site.call, site.validating), []).append(site)
    return [group[len(group) // 2 :] for group in found.values()]


def _site(entry: Mapping[str, Any], step: int, validating: bool) -> Site:
    met = entry.get("meeting")
    return Site(
        call=str(entry["call"]),
        path=str(entry["path"]),
        line=int(entry["line"]),
        step=step,
        validating=validating,
        boxes=tuple(entry["boxes"]),
        inverted=tuple(entry["inverted"]),
        learns=tuple(entry["learns"]),
        high=tuple(entry["high"]),
        meeting=None if not met else _meeting(met),
        as_corners=int(entry.get("as_corners", 0)),
        beyond=int(entry.get("beyond", 0)),
    )


def _meeting(met: Mapping[str, Any]) -> Meeting:
    paired = met.get("paired")
    pair = (float(paired[0]), float(paired[1])) if paired else None
    return Meeting(met["pairs"], met["given"], met["read"], met.get("elsewhere") or {}, pair)
