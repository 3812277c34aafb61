"""Records healthy trainings of many kinds (`healthy/`): whatever traindx says against one of them is a false alarm.

    python bench/zoo.py FOLDER [--only WORD] [--seed 0]     # what is missing in FOLDER, one after the other
    python bench/zoo.py FOLDER --diagnose                   # what is said of the recordings that are there

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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from traindx.core.treatment import Treatment
from traindx.errors import TraindxError
from traindx.examine import diagnose
from traindx.recorder.launch import run_command

SCRIPTS = Path(__file__).parent / "healthy"
SHARED = ("data", "nets")
ONE_CORE = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Script:
    """A healthy script: its name, what it is (the first line of the file), and what starts it."""

    name: str
    what: str
    starter: tuple[str, ...]


def script(path: Path) -> Script:
    """The script of a file. A second line `Run by: MODULE ...` of its docstring starts it in place of `python`."""
    what, _, rest = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")
    by = rest.strip()
    starter = ("-m", *by.removeprefix("Run by:").split()) if by.startswith("Run by:") else ()
    return Script(path.stem, what, (sys.executable, *starter))


def healthy_scripts() -> list[Script]:
    """All scripts that can be run here."""
    paths = [path for path in sorted(SCRIPTS.glob("*.py")) if path.stem not in SHARED]
    return [script(path) for path in paths if "YOLO_DATA" in os.environ or "yolo_subset" not in path.read_text()]


def run_script(
    name: str, folder: Path, seed: int, *, text: str, treatments: Sequence[Treatment] = (), timeout: float = 300.0
) -> int:
    """Run `text` in the place of a healthy script, in its own folder; record it in FOLDER/recording. Returns its status."""
    for shared in SHARED:
        shutil.copy(SCRIPTS / f"{shared}.py", folder)
    path = folder / f"{name}.py"
    path.write_text(text)
    return _recorded((*script(path).starter, path.name), folder / "recording", folder, seed, treatments, timeout)


def _recorded(
    command: Sequence[str], folder: Path, cwd: Path, seed: int, treatments: Sequence[Treatment], timeout: float
) -> int:
    with folder.with_suffix(".txt").open("wb") as output:
        done = run_command(
            command,
            folder,
            treatments=treatments,
            seed=seed,
            cwd=cwd,
            env={**os.environ, **ONE_CORE},
            stdout=output,
            timeout=timeout,
        )
    return done.exit_status


def said(recording: Path) -> str:
    """The verdict, the causes named, and the checks that failed at level error or warning."""
    try:
        report = diagnose(recording)
    except TraindxError as error:
        return str(error)
    named = [d.cause for d in report.diagnoses if d.status in ("proved", "consistent") and d.cause != report.verdict]
    failed = [
        f"{o.code} {o.level}" for o in report.outcomes if o.status == "failed" and o.level in ("error", "warning")
    ]
    return f"{report.verdict} {', '.join(named)} {failed or ''}"


def main() -> None:
    """Record what is missing, or say what is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="a part of a script's name")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--diagnose", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    scripts = healthy_scripts()
    (options.folder / "README").write_text("".join(f"{s.name}: bench/healthy/{s.name}.py: {s.what}\n" for s in scripts))
    for one in (s for s in scripts if options.only in s.name):
        folder = options.folder / one.name
        if options.diagnose and folder.exists():
            print(f"{one.name}: {said(folder)}", flush=True)
        elif not options.diagnose and not folder.exists():
            with tempfile.TemporaryDirectory() as cwd:
                command = (*one.starter, str(SCRIPTS / f"{one.name}.py"))
                status = _recorded(command, folder, Path(cwd), options.seed, (), 600.0)
            print(f"{one.name}: exit {status}: {folder.with_suffix('.txt').read_text().splitlines()[-1:]}", flush=True)


if __name__ == "__main__":
    main()
