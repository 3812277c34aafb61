"""Records healthy trainings of many kinds (`healthy/`): whatever traindx says against one of them is a false alarm.

    python bench/zoo.py FOLDER [--only WORD] [--seed 0]     # what is missing in FOLDER, one after the other

FOLDER/NAME is a recording, FOLDER/README says what each script is. YOLO_DATA (a data.yaml) and SIGN_DIGITS (a folder of
class folders) name real pictures; scripts that need the first are left out without it.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traindx.recorder.launch import run_command

SCRIPTS = Path(__file__).parent / "healthy"
SHARED = ("data", "nets")
ONE_CORE = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Healthy:
    """A healthy script: its name, what it is (the first line of the file), and the command that starts it."""

    name: str
    what: str
    command: tuple[str, ...]


def healthy_scripts() -> Iterator[Healthy]:
    """All scripts that can be run here. A second line `Run by: ...` of the docstring replaces `python`."""
    for path in sorted(SCRIPTS.glob("*.py")):
        if path.stem in SHARED:
            continue
        what, _, rest = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")
        if "YOLO_DATA" in path.read_text() and "YOLO_DATA" not in os.environ:
            continue
        starter = [sys.executable]
        if rest.strip().startswith("Run by:"):
            starter = [sys.executable, "-m", *rest.strip().removeprefix("Run by:").split()]
        yield Healthy(path.stem, what, (*starter, str(path)))


def record(script: Healthy, folder: Path, seed: int, timeout: float = 300.0) -> int:
    """Record a script into a new folder, its output beside; returns its exit status."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cwd, folder.with_suffix(".txt").open("wb") as output:
        done = run_command(
            script.command,
            folder,
            seed=seed,
            cwd=Path(cwd),
            env={**os.environ, **ONE_CORE},
            stdout=output,
            timeout=timeout,
        )
    return done.exit_status


def main() -> None:
    """Record what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="a part of a script's name")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    scripts = list(healthy_scripts())
    (options.folder / "README").write_text("".join(f"{s.name}: bench/healthy/{s.name}.py: {s.what}\n" for s in scripts))
    for script in scripts:
        folder = options.folder / script.name
        if options.only in script.name and not folder.exists():
            status = record(script, folder, options.seed)
            print(
                f"{script.name}: exit {status}: {folder.with_suffix('.txt').read_text().splitlines()[-1:]}", flush=True
            )


if __name__ == "__main__":
    main()
