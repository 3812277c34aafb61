"""Lines of the user's own code that cut the gradient's way, freeze or step, looked for in its text."""

from __future__ import annotations

import linecache
import re
from pathlib import Path

CUTS = re.compile(
    r"\.detach_?\(|\.data\b|\.item\(|\.numpy\(|\.tolist\(|\btensor\(|\bas_tensor\(|\bVariable\(|\bargmax\(|"
    r"\bno_grad\b|\binference_mode\b|\bset_grad_enabled\(|\.round\("
)
FREEZES = re.compile(
    r"\.requires_grad\s*=(?!=)\s*(?!True\b)|requires_grad_\(\s*(?:requires_grad\s*=\s*)?(?!True\b)[^)\s]"
)
STEPS = re.compile(r"\.step\b")
MOST = 12
LENGTH = 160
LONGEST_FILE = 20_000


def lines_like(
    pattern: re.Pattern[str], cwd: str, path: str, first: int = 1, last: int = LONGEST_FILE
) -> list[list[int | str]]:
    """Number and text of the lines from `first` to `last` of a file that match; comments are left out, the last 12 are kept."""
    text = linecache.getlines(str(Path(cwd) / path))[:LONGEST_FILE]
    numbered = enumerate(text[max(first, 1) - 1 : last], max(first, 1))
    found: list[list[int | str]] = [
        [n, line.strip()[:LENGTH]] for n, line in numbered if pattern.search(line.split("#")[0])
    ]
    return found[-MOST:]
