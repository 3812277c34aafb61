"""Answers questions line by line: one JSON in, the tool is asked, one JSON out; whatever the tool prints is dropped."""

import json
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Heard = dict[str, Any]

# the tools are imported after this file, and some print while they are
OUT = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def said(
    path: str, message: str, causes: tuple[str, ...] = (), level: str = "warning", line: int | None = None
) -> Heard:
    """One thing that the tool reported."""
    return {
        "path": str(path or ""),
        "line": line,
        "level": level,
        "causes": list(causes),
        "message": message,
        "code": "",
    }


def serve(package: str, ask: Callable[[str, str, str], tuple[list[Heard], int]]) -> None:
    """`ask(root, format, data)` gives what was said and the number of backgrounds; an exception is a refusal."""
    print(json.dumps({"version": version(package)}), file=OUT, flush=True)
    for question in sys.stdin:
        asked = json.loads(question)
        heard, backgrounds, refused = [], 0, ""
        try:
            heard, backgrounds = ask(asked["root"], asked["format"], asked["data"])
        except (Exception, SystemExit) as error:
            refused = f"{type(error).__name__}: {error}"
        answer = {"said": heard[:5000], "backgrounds": backgrounds, "refused": refused}
        print(json.dumps(answer, default=str), file=OUT, flush=True)
