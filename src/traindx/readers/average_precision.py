"""How consoles spell average precision, brought to one spelling: `AP@[.5:.95]`, `mAP_50`, `AP50 cat 0.3 dog 0.5`."""

from __future__ import annotations

import re

from traindx.core.number import number_of

_SPELLED = re.compile(
    r"(?<![A-Za-z])(?:mean[ _])?m?AP(?:\s?@\s?|[_-]|\s(?=[\[(]))?[\[(]?(?:IoU\s?=\s?)?"
    r"(?P<low>(?:0?\.|(?<=[A-Za-z@_\[(=-]))(?:50?|75))?"
    r"(?P<range>\s?(?::|-|_)\s?(?:0?\.05\s?:\s?)?0?\.?95)?[\])]?(?=[\s:=,|'\"]|\Z)",
    re.IGNORECASE,
)
_VALUE = r"[-+]?(?:\d*\.\d+|[01])(?![\w.])"
_OF_CLASSES = re.compile(
    rf"(?P<name>mAP(?:50-95|50|75)?)\s*[:=]?\s*[\[({{]?\s*(?P<all>(?:['\"]?[A-Za-z][\w-]*['\"]?\s*[:=]?\s*{_VALUE}[\s,]*){{2,}})[\])}}]?\s*(?:\||\Z)"
)
_OF_CLASS = re.compile(rf"([A-Za-z][\w-]*)['\"]?\s*[:=]?\s*({_VALUE})")
_QUANTITIES = re.compile(
    r"m?AP\S*|mAR\S*|AR\S*|P|R|loss|lr|prec\w*|rec\w*|acc\w*|f1|m?iou|time|best|val|train|test", re.IGNORECASE
)


def spelled_alike(line: str) -> str:
    """The line with `mAP`, `mAP50`, `mAP75` and `mAP50-95` for all spellings; the mean for a list of single classes."""
    if "ap" not in line.lower():
        return line
    return _OF_CLASSES.sub(_mean, _SPELLED.sub(_name, line))


def _name(found: re.Match[str]) -> str:
    if found["range"]:
        return "mAP50-95" if found["low"] else found[0]
    return "mAP" + {"": "", "7": "75"}.get((found["low"] or "").lstrip("0.")[:1], "50")


def _mean(found: re.Match[str]) -> str:
    pairs = _OF_CLASS.findall(found["all"])
    values = [number_of(value) for _, value in pairs]
    known = [value for value in values if value is not None]
    if len(known) < len(pairs) or any(_QUANTITIES.fullmatch(name) for name, _ in pairs) or max(known) > 1:
        return found[0]
    return f"{found['name']} {sum(known) / len(known):.6g} |"
