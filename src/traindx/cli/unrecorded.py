"""Why a command left no recording, in one line, and what to write in the script instead."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

INSTEAD = (
    "record inside the script: `with traindx.record():` around the training, or traindx.lightning.Callback(), "
    "traindx.huggingface.Callback(), traindx.ultralytics.add_to(model)"
)


def why_unrecorded(command: Sequence[str], home: Path) -> str:
    """The line for a command whose folder `home` holds no recording: how far the recorder came, and what to do instead."""
    flag = blinding_flag(command)
    try:
        reached = json.loads((home / "run.json").read_text(encoding="utf-8")).get("reached")
    except (OSError, ValueError):
        reached = None
    if reached == "torch":
        return "torch was imported, but no model was trained: no backward pass and no optimizer step"
    if reached == "failed":
        return "the recorder could not start; the line that it printed says why"
    if reached == "python":
        return f"no Python process of the command that could be seen imported torch; if one trains elsewhere, {INSTEAD}"
    if flag is not None:
        return (
            f"python {flag} starts without the environment, by which the recorder gets in; leave it out, or {INSTEAD}"
        )
    seen = "no Python process of the command could be seen (python -I, -E or -S, sudo, a container, another machine)"
    return f"{seen}; if it trains, {INSTEAD}"


def blinding_flag(command: Sequence[str]) -> str | None:
    """The option of `python` itself by which it ignores PYTHONPATH or imports no site: -I, -E or -S, also within others."""
    at = next((i for i, word in enumerate(command) if re.fullmatch(r"python[\d.]*(\.exe)?", Path(word).name)), None)
    for word in [] if at is None else command[at + 1 :]:
        if not word.startswith("-") or word in ("-c", "-m", "-"):
            return None
        found = re.match(r"-(?!-)[a-zA-Z]*?([IES])", word)
        if found:
            return f"-{found[1]}"
    return None
