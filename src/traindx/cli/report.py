"""`traindx report REPORT.json`: show a report again, in another format."""

from __future__ import annotations

import json
from pathlib import Path

import click

from traindx.cli.arguments import Command
from traindx.cli.options import report_options
from traindx.cli.output import Output
from traindx.core.report import Report
from traindx.errors import TraindxError

HINT = "write one: traindx check DATA --format json --output report.json"


@click.command(cls=Command)
@click.argument("file", metavar="REPORT.json", type=click.Path(path_type=Path))
@report_options
def report(file: Path, kind: str, output: Path | None, verbose: bool) -> int:
    """Show REPORT.json (written by `--format json`), or the report in a recording's folder, in another format."""
    import jinja2

    place = Output(kind, output, verbose).require()
    loaded = load_report(file / "report.json" if file.is_dir() else file)
    try:
        place.write(loaded)
    except (TypeError, ValueError, KeyError, AttributeError, jinja2.TemplateError) as error:
        raise TraindxError(f"{file} is no report that can be shown: {error}", "it was changed by hand", HINT) from error
    return loaded.exit_status


def load_report(path: Path) -> Report:
    """The report in a JSON file. Raises `TraindxError` if there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TraindxError(f"cannot read {path}: {error.strerror or error}", "", HINT) from error
    except ValueError as error:
        raise TraindxError(f"{path} is no JSON: {error}", "", HINT) from error
    if not isinstance(data, dict):
        raise TraindxError(f"{path} is no report: it holds a {type(data).__name__}, not an object", "", HINT)
    try:
        return Report.from_json(data)
    except KeyError as error:
        raise TraindxError(f"{path} is no complete report: {error} is missing", "", HINT) from error
    except (ValueError, TypeError, AttributeError, StopIteration) as error:
        raise TraindxError(f"{path} is no report that this version can read: {error}", "", HINT) from error
