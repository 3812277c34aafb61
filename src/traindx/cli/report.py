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


@click.command(cls=Command)
@click.argument("file", metavar="REPORT.json", type=click.Path(path_type=Path))
@report_options
def report(file: Path, kind: str, output: Path | None, verbose: bool) -> int:
    """Show REPORT.json (written by `--format json`, or by `traindx run` into its folder) in another format."""
    place = Output(kind, output, verbose).require()
    loaded = load_report(file)
    place.write(loaded)
    return loaded.exit_status


def load_report(path: Path) -> Report:
    """The report in a JSON file. Raises `TraindxError` if there is none."""
    hint = "write one: traindx check DATA --format json --output report.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TraindxError(f"cannot read {path}: {error.strerror or error}", "", hint) from error
    except ValueError as error:
        raise TraindxError(f"{path} is no JSON: {error}", "", hint) from error
    if not isinstance(data, dict):
        raise TraindxError(f"{path} is no report: it holds a {type(data).__name__}, not an object", "", hint)
    try:
        return Report.from_json(data)
    except KeyError as error:
        raise TraindxError(f"{path} is no complete report: {error} is missing", "", hint) from error
    except (ValueError, TypeError, AttributeError, StopIteration) as error:
        raise TraindxError(f"{path} is no report that this version can read: {error}", "", hint) from error
