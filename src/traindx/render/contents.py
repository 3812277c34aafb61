"""What a report says of the thing that was examined: its numbers, where its splits lead, its bars and tables, what was seen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traindx.core.complaint import COLUMNS as _ASKED
from traindx.core.finding import Bars, Curve, Evidence, Measured, Picture, Table
from traindx.core.moment import COLUMNS as _MOMENT
from traindx.core.network_overview import COLUMNS as _NETWORK
from traindx.core.network_overview import SIGNAL as _SIGNAL
from traindx.core.run_differences import COLUMNS as _COMPARED
from traindx.core.seen_batches import COLUMNS as _SEEN
from traindx.core.tryout_words import COLUMNS as _TRIED
from traindx.render.bars import in_signs
from traindx.render.wording import count, number, one_line

_LEADS = ("split", "written", "leads to", "pictures")
_STATES = ("labelled", "background", "missing", "unreadable")


@dataclass(frozen=True)
class Leads:
    """Where one split leads: as written, the folders, how many pictures are there, and what became of their labels."""

    name: str
    written: str
    pictures_in: str
    pictures: int
    labels_in: str
    labels: str
    rule: str


@dataclass(frozen=True)
class Contents:
    """The report's overview sorted for showing; tables that are no splits stay tables.

    `seen` are the tables of the batches that a recording saved, `pictures` theirs; `asked` those that answer what was asked for,
    `curves` what is drawn beside them.
    """

    numbers: tuple[Measured, ...]
    leads: tuple[Leads, ...]
    bars: tuple[Bars, ...]
    tables: tuple[Table, ...]
    seen: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    asked: tuple[Table, ...] = ()
    curves: tuple[Curve, ...] = ()
    network: tuple[Table, ...] = ()
    signal: tuple[Curve, ...] = ()

    @property
    def of_dataset(self) -> bool:
        """Whether anything of it is about a dataset."""
        return bool(self.numbers or self.leads or self.bars or self.tables)


def contents(overview: Sequence[Evidence]) -> Contents:
    """Sort an overview. The table of splits is known by its first columns."""
    tables = [item for item in overview if isinstance(item, Table)]
    splits = [table for table in tables if table.columns[:4] == _LEADS]
    seen = [table for table in tables if table.columns == _SEEN]
    network = [table for table in tables if table.columns == _NETWORK]
    curves = [item for item in overview if isinstance(item, Curve)]
    asked = [table for table in tables if table.columns in (_ASKED, _MOMENT, _TRIED, _COMPARED)]
    return Contents(
        numbers=tuple(item for item in overview if isinstance(item, Measured)),
        leads=tuple(leads for table in splits for leads in _leads(table)),
        bars=tuple(item for item in overview if isinstance(item, Bars)),
        tables=tuple(table for table in tables if table not in [*splits, *seen, *asked, *network]),
        seen=tuple(seen),
        pictures=tuple(item for item in overview if isinstance(item, Picture)),
        asked=tuple(asked),
        curves=tuple(item for item in curves if item.title != _SIGNAL),
        network=tuple(network),
        signal=tuple(item for item in curves if item.title == _SIGNAL),
    )


def _leads(table: Table) -> Iterator[Leads]:
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        states = {name: int(cells.get(name) or 0) for name in _STATES}
        told = ", ".join(f"{n:,} {_WORDS[name]}" for name, n in states.items() if n) or "none"
        yield Leads(
            name=str(cells["split"]),
            written=str(cells["written"]),
            pictures_in=str(cells["leads to"]),
            pictures=int(cells["pictures"] or 0),
            labels_in=str(cells.get("labels looked for in") or ""),
            labels=told,
            rule=str(cells.get("rule") or ""),
        )


_WORDS = {
    "labelled": "with labels",
    "background": "without objects",
    "missing": "without a label file",
    "unreadable": "with an unreadable label file",
}


def in_line(found: Contents) -> str:
    """`364 pictures, 4,888 boxes, 3 classes; train 205, val 87`; empty if nothing is known."""
    numbers = ", ".join(_counted(m) for m in found.numbers)
    splits = ", ".join(f"{one_line(leads.name)} {leads.pictures:,}" for leads in found.leads)
    return "; ".join(part for part in (numbers, splits) if part)


_SINGULAR = {"pictures": "picture", "boxes": "box", "classes": "class"}


def _counted(m: Measured) -> str:
    if isinstance(m.value, int) and m.name in _SINGULAR:
        return count(m.value, _SINGULAR[m.name], m.name)
    return one_line(str(m))


def in_lines(found: Contents, width: int) -> list[str]:
    """The same in full, for a terminal: where the splits lead, and the bars."""
    lines = [f"  {in_line(found)}"]
    for leads in found.leads:
        written = f": {one_line(leads.written)}" if leads.written else ""
        lines.append(f"  {one_line(leads.name)}{written}")
        if leads.pictures_in:
            lines.append(f"    {one_line(leads.pictures_in)}  {count(leads.pictures, 'picture')}")
        if leads.labels_in:
            lines.append(f"    {one_line(leads.labels_in)}  {leads.labels}")
    return lines + [f"  {line}" for item in found.bars for line in bars_lines(item, width - 2)]


def network_line(found: Contents) -> str:
    """`Network yolov8n: DetectionModel (ultralytics), 63 layers, 3,011,433 parameters, 3 classes, ...`; empty without one."""
    parts = []
    for table in found.network:
        said = {str(name): one_line(str(value)) for name, value in table.rows}
        told = [said["kind"]] if "kind" in said else []
        told += [f"{said[name]} {name}" for name in ("layers with weights", "parameters") if name in said]
        told += [f"{name} {said[name]}" for name in ("classes", "strides") if name in said]
        parts.append(f"{one_line(table.title)}: {', '.join(told)}")
    return "; ".join(parts)


def network_lines(found: Contents, width: int) -> list[str]:
    """The same in full, for a terminal: a row of the table each, and the signal as signs."""
    rows = [(one_line(str(name)), one_line(str(value))) for table in found.network for name, value in table.rows]
    room = max((len(name) for name, _ in rows), default=0)
    lines = [f"{name.ljust(room)}  {value}" for name, value in rows]
    for curve in found.signal:
        lines += [
            f"{one_line(line.name)}: first layer {number(line.y[0])}, last {number(line.y[-1])}" for line in curve.lines
        ]
    return [f"  {line if len(line) <= width - 2 else line[: width - 3] + '…'}" for line in lines]


def seen_lines(found: Contents, width: int) -> list[str]:
    """The saved batches for a terminal, a line each: step, why it was saved, what its values were taken for."""
    rows = [dict(zip(table.columns, row, strict=True)) for table in found.seen for row in table.rows]
    lines = [f"step {r['step']} ({r['saved as']}): {r['taken for']}, {r['because']}" for r in rows]
    return [
        line if len(line) <= width else line[: width - 1] + "…" for line in (f"  {one_line(line)}" for line in lines)
    ]


def bars_lines(bars: Bars, width: int) -> list[str]:
    """Bars for a terminal: the title, then each series as signs and its largest values."""
    lines = [one_line(bars.title)]
    room = max((len(name) for name, _ in bars.series), default=0)
    for name, values in bars.series:
        known = sorted(zip(bars.labels, values, strict=False), key=lambda pair: -pair[1])[:3]
        words = ", ".join(f"{one_line(text)} {number(value)}" for text, value in known)
        line = f"  {one_line(name).ljust(room)}  {in_signs(values)}  {words}"
        lines.append(line if len(line) <= width else line[: width - 1] + "…")
    return lines


def asked_lines(table: Table, width: int) -> list[str]:
    """An answer for a terminal: its title, then what changed, a line each, or the questions with their answers below them."""
    rows = [tuple(one_line(str(cell)) for cell in row) for row in table.rows]
    lines = [one_line(table.title)]
    room = min(max((len(row[0]) for row in rows), default=0), width // 3)
    for first, *rest in rows:
        if table.columns == _ASKED:
            lines += [f"  {first}", *_wrapped("; ".join(filter(None, rest)), width, "    ")]
        else:
            words = "; ".join(filter(None, (" -> ".join(filter(None, rest[:-1])), rest[-1])))
            told = _wrapped(words, width, " " * (room + 4))
            lines += [f"  {first.ljust(room)}  {told[0].lstrip()}", *told[1:]]
    return lines


def _wrapped(words: str, width: int, indent: str) -> list[str]:
    room = max(width - len(indent), 20)
    lines = textwrap.wrap(words, room, break_on_hyphens=False, max_lines=3, placeholder=" ...") or [""]
    return [f"{indent}{line}" for line in lines]
