"""The folder of a proof, and what it was asked: so that a proof that was killed can be gone on with from its folder alone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from traindx.errors import TraindxError

FILE = "proof.json"


@dataclass(frozen=True)
class Asked:
    """What a proof was asked: the recording's folder or the command and where it runs, causes by name, seeds."""

    run: str | None
    command: tuple[str, ...] | None
    cwd: str
    causes: tuple[str, ...]
    seeds: tuple[int, ...]


def begin(asked: Asked, scratch: Path | None) -> Path:
    """A new folder for this proof in `scratch` (default: the system's temporary folder); an earlier one's arms are left alone."""
    try:
        if scratch is not None:
            Path(scratch).mkdir(parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix="traindx-prove-", dir=scratch))
        (home / FILE).write_text(json.dumps(asdict(asked), indent=2) + "\n")
        return home
    except OSError as error:
        raise TraindxError(f"cannot write to {scratch}: {error.strerror}", "", "give another --scratch") from error


def resumed(folder: Path) -> Asked:
    """What the proof in `folder` was asked. Raises `TraindxError` if there is none."""
    try:
        found = json.loads((folder / FILE).read_text())
        command = found["command"]
        return Asked(
            found["run"],
            None if command is None else tuple(command),
            found["cwd"],
            tuple(found["causes"]),
            tuple(found["seeds"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TraindxError(
            f"{folder} holds no proof that could go on", f"it has no {FILE}", "the report names the folder as `scratch`"
        ) from error


def numbers(seeds: Sequence[int]) -> tuple[int, ...]:
    """Seeds as they are kept. Raises `TraindxError` without any."""
    if not seeds:
        raise TraindxError("no seeds were given", "each seed is one pair of runs", "give at least one")
    return tuple(seeds)
