"""Where a report goes: rendered to the terminal or to a file."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from traindx.core.report import Report
from traindx.errors import TraindxError

HTML_FILE = Path("traindx-report.html")


@dataclass(frozen=True)
class Output:
    """A format and a file; no file means the terminal, but for html, which goes to traindx-report.html."""

    kind: str
    file: Path | None
    verbose: bool

    def require(self) -> Output:
        """Itself; raises `TraindxError` if the file cannot be written, to be asked before any work."""
        if self.kind == "html" and self.file is None:
            return Output(self.kind, HTML_FILE, self.verbose).require()
        if self.file is not None:
            if self.file.is_dir():
                raise TraindxError(f"{self.file} is a folder", "", "give --output a file's name")
            require_writable(self.file.absolute().parent)
        return self

    def write(self, report: Report) -> None:
        """Render the report to its place, and say where if that is a file."""
        if self.file is None:
            shown = _rendered(report, self.kind, self.verbose, terminal=True).rstrip("\n")
            click.echo(shown, color=wants_color())
            return
        rendered = _rendered(report, self.kind, self.verbose, terminal=False)
        write_whole(self.file, rendered.rstrip("\n") + "\n")
        click.echo(f"report written to {self.file}", err=True)


def write_whole(file: Path, text: str) -> None:
    """Write the text beside the file and rename it, so that an old file stays until the new one is whole.

    What is there and is no plain file (a pipe, /dev/stdout) is written to as it is. Raises `TraindxError` if that fails.
    """
    plain = (file.is_file() or not file.exists()) and Path("/dev") not in file.absolute().parents
    place = file.resolve() if plain else file
    beside = place.with_name(f".{place.name[:200]}-{os.getpid()}") if plain else place
    try:
        beside.write_text(text, encoding="utf-8")
        if plain and place.exists():
            shutil.copymode(place, beside)
        if plain:
            beside.replace(place)
    except OSError as error:
        why = "an older report there stays" if place.is_file() else ""
        raise TraindxError(f"cannot write {file}: {error.strerror or error}", why, "choose another place") from error
    finally:
        if plain:
            beside.unlink(missing_ok=True)


def require_writable(folder: Path) -> None:
    """Make the folder if need be and write to it once. Raises `TraindxError` if that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise TraindxError(f"cannot write to {folder}: {reason}", "", "choose another place") from error


def wants_color() -> bool:
    """Whether stdout takes colours: NO_COLOR (no-color.org) forbids, FORCE_COLOR demands, otherwise a terminal does."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _rendered(report: Report, kind: str, verbose: bool, terminal: bool) -> str:
    if kind == "text":
        from traindx.render.text import text

        if not terminal:
            return text(report, verbose=verbose)
        width = shutil.get_terminal_size().columns
        encoding = sys.stdout.encoding or "utf-8"
        return text(report, verbose=verbose, width=width, color=wants_color(), encoding=encoding)
    from traindx.render import FORMATS

    return FORMATS[kind](report)
