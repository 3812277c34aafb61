"""What a console log says of labels and pictures that Ultralytics or YOLOv5 left out when it scanned a split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from traindx.core.history import LeftOut

_SCAN = re.compile(
    r"\b(train|val): .*?(?:(\d+) images, (\d+) backgrounds, (\d+) corrupt\b|(\d+) found, (\d+) missing, (\d+) empty, (\d+) corrupt)"
)
_IGNORED = re.compile(r"\b(train|val): WARNING .*?ignoring corrupt image/label: (.+)$")
_NUMBERS = re.compile(r"\s*[\[(].*$|\s*-?\d[\d.e+-]*")


def left_out_in(lines: Sequence[tuple[int, str]]) -> tuple[LeftOut, ...]:
    """Of each split that was scanned: its files, how many were left out, and the reason that is given most often."""
    counts: dict[str, tuple[int, int]] = {}
    reasons: dict[str, Counter[str]] = {}
    for _, line in lines:
        if "ignoring corrupt" in line and (said := _IGNORED.search(line)):
            reasons.setdefault(said[1], Counter())[_NUMBERS.sub("", said[2]).strip()[:100]] += 1
        elif "corrupt" in line and (found := _SCAN.search(line)):
            numbers = [int(n) for n in found.groups()[1:] if n is not None]
            counts[found[1]] = (sum(numbers[:-1]), numbers[-1])
    return tuple(
        LeftOut(split, files, corrupt, next((why for why, _ in reasons.get(split, Counter()).most_common(1)), ""))
        for split, (files, corrupt) in counts.items()
    )
