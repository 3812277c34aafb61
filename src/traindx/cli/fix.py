"""`traindx check DATA --fix`: shows or writes repairs of the labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traindx.errors import TraindxError

if TYPE_CHECKING:
    from traindx.core.dataset import Dataset
    from traindx.repair.plan import Plan


@dataclass(frozen=True)
class Fixing:
    """What the options ask for. Raises `TraindxError` if they contradict each other or leave open where to write."""

    fix: bool
    diff: bool
    out: Path | None
    in_place: bool
    unsafe: bool

    def __post_init__(self) -> None:
        ways = self.diff + (self.out is not None) + self.in_place
        if not self.fix and (ways or self.unsafe):
            raise TraindxError("--diff, --out, --in-place and --unsafe-fixes belong to --fix", "", "add --fix")
        if self.fix and ways != 1:
            hint = "--diff shows the changes, --out DIR writes a repaired copy, --in-place changes the files and keeps a backup"
            raise TraindxError("--fix needs one of --diff, --out DIR and --in-place", "nothing was changed", hint)


@dataclass(frozen=True)
class Codes:
    """Beginnings of the codes of the checks whose findings are repaired, and of those whose are not."""

    select: Sequence[str]
    ignore: Sequence[str]


def fix_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--fix` and its companions."""
    options = (
        click.option("--fix", is_flag=True, help="Repair labels: with --diff, --out DIR or --in-place."),
        click.option("--diff", is_flag=True, help="With --fix: show what would change, write nothing."),
        click.option(
            "--out", type=click.Path(path_type=Path), metavar="DIR", help="With --fix: write a repaired copy."
        ),
        click.option("--in-place", is_flag=True, help="With --fix: change the files; the old ones go into a backup."),
        click.option("--unsafe-fixes", "unsafe", is_flag=True, help="With --fix: also what deletes or guesses."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def carry_out(dataset: Dataset, fixing: Fixing, codes: Codes, data: str) -> int:
    """Show or write the repairs for the checks in `codes`. Returns 1 if there are any with `--diff`, else 0."""
    from traindx.repair.content import diff
    from traindx.repair.in_place import unfinished, write_in_place
    from traindx.repair.log import LOG
    from traindx.repair.plan import plan
    from traindx.repair.write import write_copy

    if not data.strip():
        raise TraindxError(
            "the dataset's name is empty", "--fix does not take the working folder for it", "write . for it"
        )
    if (backup := unfinished(Path(dataset.root))) is not None:
        return _go_on(Path(dataset.root), backup, fixing, data)
    planned = plan(dataset, unsafe=fixing.unsafe, select=codes.select, ignore=codes.ignore)
    more = _left(dataset, planned, fixing, codes)
    if not (planned.files or planned.found or planned.left_out):
        click.echo(f"nothing to repair{more}", err=True)
        return 0
    if fixing.diff:
        for line in diff(dataset, planned):
            click.echo(line)
        click.echo(f"would change {_sum(planned)}{more}", err=True)
        return 1
    if fixing.out is not None:
        made = write_copy(dataset, planned, fixing.out)
        click.echo(f"changed {_sum(planned)} in the copy {fixing.out}, log {fixing.out / LOG}{more}")
        click.echo(f"check it: traindx check {made}")
        return 0
    if not planned.files:
        raise TraindxError("only moved labels and damaged pictures could be repaired", "", "use --out DIR")
    backup = write_in_place(dataset, planned)
    click.echo(f"changed {_sum(planned, in_place=True)}; the old files and the log are in {backup}{more}")
    click.echo(f"check it: traindx check {data}")
    return 0


def _go_on(root: Path, backup: Path, fixing: Fixing, data: str) -> int:
    """Finish a repair in place that was interrupted; nothing else is repaired before it is."""
    from traindx.repair.in_place import finish

    if not fixing.in_place:
        why = f"some files are repaired and others are not; the old ones are in {backup}"
        raise TraindxError(f"an in-place repair of {root} was interrupted", why, "finish it with --fix --in-place")
    count = finish(root, backup)
    click.echo(
        f"finished the repair that was interrupted: changed the other {count:,} files; the old files are in {backup}"
    )
    click.echo(f"check it: traindx check {data}")
    return 0


def _sum(planned: Plan, *, in_place: bool = False) -> str:
    safe = sum(edit.safe for edit in planned.edits)
    parts = [f"{len(planned.edits):,} rows of {len(planned.files):,} files ({safe:,} safe)"]
    if planned.found and not in_place:
        parts.append(f"{len(planned.found):,} labels taken from elsewhere")
    if planned.left_out and not in_place:
        parts.append(f"{len(planned.left_out):,} damaged pictures left out")
    return ", ".join(parts)


def _left(dataset: Dataset, planned: Plan, fixing: Fixing, codes: Codes) -> str:
    """How much more `--unsafe-fixes` would do."""
    if fixing.unsafe:
        return ""
    from traindx.repair.plan import plan

    full = plan(dataset, unsafe=True, select=codes.select, ignore=codes.ignore)
    count = len(full.edits) - len(planned.edits)
    also = [f"{count:,} more rows"] if count > 0 else []
    also += [f"{len(full.found):,} labels from elsewhere"] if full.found else []
    also += [f"{len(full.left_out):,} damaged pictures left out"] if full.left_out else []
    return f"; with --unsafe-fixes {', '.join(also)}" if also else ""
