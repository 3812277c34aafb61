"""Writes the pages of the catalogue from the files of the checks and causes; with --check says which are stale."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from treatments_page import treatments_page

from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.cli.page import catalogue, cause_page, check_page
from traindx.core.cause import Cause
from traindx.core.check import Check

HOME = Path(__file__).parent
NOTE = "<!-- Made by `python docs/generate.py` from {source}; edit that file. -->\n\n"


def path_of(entry: Check | Cause) -> Path:
    """Where the page of a check or cause lies below docs/."""
    return Path("checks", f"{entry.code}.md") if isinstance(entry, Check) else Path("causes", f"{entry.slug}.md")


def source_of(entry: Check | Cause) -> str:
    """The file that the page is made from, in words."""
    if isinstance(entry, Check):
        return f"src/{entry.function.__module__.replace('.', '/')}.py"
    return f"src/traindx/causes/{entry.slug.replace('-', '_')}.py"


def link_from(page: Path, entry: Check | Cause) -> str:
    """A Markdown link from one page to another's."""
    name = f"{entry.code} {entry.name}" if isinstance(entry, Check) else entry.slug
    return f"[{name}]({Path(os.path.relpath(path_of(entry), page.parent)).as_posix()})"


def pages() -> dict[Path, str]:
    """Every generated page by its path below docs/."""
    index = Path("catalogue.md")
    made = {index: NOTE.format(source="all checks and causes") + catalogue(lambda e: link_from(index, e))}
    made[Path("treatments.md")] = NOTE.format(source="all causes and `docs/treatments_page.py`") + treatments_page()
    for check in all_checks():
        path = path_of(check)
        made[path] = NOTE.format(source=source_of(check)) + check_page(check, lambda e, p=path: link_from(p, e))
    for cause in all_causes():
        path = path_of(cause)
        made[path] = NOTE.format(source=source_of(cause)) + cause_page(cause, lambda e, p=path: link_from(p, e))
    return made


def stale(made: dict[Path, str]) -> list[Path]:
    """Pages that differ from what would be written, and pages that nothing makes any more."""
    there = {p.relative_to(HOME) for folder in ("checks", "causes") for p in (HOME / folder).glob("*.md")}
    wrong = [p for p, text in made.items() if not (HOME / p).is_file() or (HOME / p).read_text("utf-8") != text]
    return sorted({*wrong, *(there - made.keys())})


def main() -> int:
    """Write, or with --check only compare; the status is 1 if --check finds a stale page."""
    made = pages()
    outdated = stale(made)
    if "--check" in sys.argv[1:]:
        for path in outdated:
            print(f"stale: docs/{path.as_posix()} (run: python docs/generate.py)")
        return int(bool(outdated))
    for path in outdated:
        if path in made:
            (HOME / path).parent.mkdir(exist_ok=True)
            (HOME / path).write_text(made[path], encoding="utf-8")
        else:
            (HOME / path).unlink()
    print(f"{len(made)} pages, {len(outdated)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
