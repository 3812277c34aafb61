"""Bars as inline SVG: names one below the other with their numbers, the bins of a histogram side by side."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from markupsafe import Markup

from traindx.core.finding import Bars, Table
from traindx.render.figures import SERIES
from traindx.render.scales import label, scale
from traindx.render.svg import short, tag
from traindx.render.wording import one_line

WIDTH = 560.0
NAME = 150.0
"""Room for the names of rows."""

NUMBER = 64.0
"""Room for the number at the end of a row."""

ROW, GAP, LEAST = 9.0, 6.0, 13.0
LEFT, TOP, BOTTOM, HEIGHT = 46.0, 12.0, 40.0, 200.0
MOST_ROWS = 60
LETTERS = 22
"""Letters of a name that fit into its room."""

_BIN = re.compile(r"[<>≥≤~ ]*-?[\d.,]+(e-?\d+)?([–-][\d.,]+)?\+?")


def bars_svg(bars: Bars) -> Markup:
    """The drawing, with its numbers in words for those who do not see it; words alone if there is nothing to draw."""
    if not any(math.isfinite(v) and v > 0 for _, values in bars.series for v in values):
        return tag("p", f"{one_line(bars.title)}: nothing to draw.", class_="muted")
    parts, height = _columns(bars) if is_histogram(bars) else _rows(bars)
    return tag(
        "svg",
        tag("title", one_line(bars.title)),
        *parts,
        viewBox=f"0 0 {short(WIDTH)} {short(height)}",
        role="img",
        aria_label=f"{one_line(bars.title)}. {describe(bars)}",
        class_="plot bars",
    )


def is_histogram(bars: Bars) -> bool:
    """Whether the labels are numbers or ranges, which are drawn side by side."""
    return len(bars.labels) > 1 and all(_BIN.fullmatch(name.strip()) for name in bars.labels)


def describe(bars: Bars) -> str:
    """Per series its largest bars and its sum."""
    told = []
    for name, values in bars.series:
        known = [(v, bars.labels[i]) for i, v in enumerate(values[: len(bars.labels)]) if math.isfinite(v)]
        largest = sorted(known, key=lambda pair: -pair[0])[:3]
        words = ", ".join(f"{one_line(text)} {label(_rounded(v))}" for v, text in largest)
        told.append(f"{one_line(name)}: most at {words}; {label(_rounded(sum(v for v, _ in known)))} in all")
    return "; ".join(told) + (f"; unit: {one_line(bars.unit)}." if bars.unit else ".")


def bars_table(bars: Bars) -> Table:
    """The same numbers as a table."""
    columns = ("", *(name for name, _ in bars.series))
    rows = [
        (text, *(values[i] if i < len(values) else None for _, values in bars.series))
        for i, text in enumerate(bars.labels)
    ]
    return Table(bars.title, columns, tuple(rows))


def in_signs(values: Sequence[float]) -> str:
    """Bars for a terminal: one sign for each value, eight heights."""
    most = max((v for v in values if math.isfinite(v)), default=0.0)
    if most <= 0:
        return " " * len(values)
    heights = (" " if not math.isfinite(v) or v <= 0 else "▁▂▃▄▅▆▇█"[min(int(8 * v / most), 7)] for v in values)
    return "".join(heights)


def _rounded(value: float) -> float:
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)


def _rows(bars: Bars) -> tuple[list[Markup], float]:
    """A row of bars per name, one bar per series, the number beside it."""
    most = max(v for _, values in bars.series for v in values if math.isfinite(v))
    room = WIDTH - NAME - NUMBER
    parts, y = [], 4.0
    for i, name in enumerate(bars.labels[:MOST_ROWS]):
        height = max(ROW * len(bars.series), LEAST)
        parts.append(_name(name, y + height / 2 + 4))
        for s, (series, values) in enumerate(bars.series):
            value = values[i] if i < len(values) and math.isfinite(values[i]) else 0.0
            width = max(value / most * room, 0.0)
            at = y + (height - ROW * len(bars.series)) / 2 + s * ROW
            words = tag("title", f"{one_line(name)}, {one_line(series)}: {label(_rounded(value))} {bars.unit}")
            bar = tag("rect", words, x=NAME, y=at, width=max(width, 0.6 if value else 0), height=ROW - 1.5)
            parts.append(tag("g", bar, class_=f"bar-{s % SERIES}"))
            parts.append(tag("text", label(_rounded(value)), x=NAME + width + 5, y=at + ROW - 1.5, class_="value"))
        y += height + GAP
    return parts, y


def _name(name: str, y: float) -> Markup:
    words = one_line(name) or "(no name)"
    cut = words if len(words) <= LETTERS else words[: LETTERS - 1] + "…"
    return tag("text", tag("title", words), Markup(tag("tspan", cut)), x=NAME - 8, y=y, text_anchor="end")


def _columns(bars: Bars) -> tuple[list[Markup], float]:
    """The bins of a histogram; several series as shares, each of its own sum, since they differ in size."""
    shares = len(bars.series) > 1 or bars.unit == "share"
    series = [_shares(values) if shares else list(values) for _, values in bars.series]
    known = [v for values in series for v in values if math.isfinite(v)]
    axis = scale([0.0, *known], HEIGHT - BOTTOM, TOP, pad=0.0, most=4)
    if axis is None:
        return [], HEIGHT
    parts = []
    for tick in axis.ticks:
        words = f"{100 * tick:.3g} %" if shares else label(tick)
        parts.append(tag("line", class_="grid", x1=LEFT, x2=WIDTH, y1=axis(tick), y2=axis(tick)))
        parts.append(tag("text", words, x=LEFT - 6, y=axis(tick) + 4, text_anchor="end"))
    step = (WIDTH - LEFT - 4) / len(bars.labels)
    every = math.ceil(max(len(name) for name in bars.labels) * 7.2 / step)
    for i, name in enumerate(bars.labels):
        if i % every == 0:
            middle = LEFT + (i + 0.5) * step
            parts.append(tag("text", one_line(name), x=middle, y=HEIGHT - BOTTOM + 16, text_anchor="middle"))
    width = step * 0.84 / len(series)
    for s, values in enumerate(series):
        drawn = [
            _column(LEFT + i * step + step * 0.08 + s * width, width, axis(max(v, 0.0)))
            for i, v in enumerate(values[: len(bars.labels)])
            if math.isfinite(v) and v > 0
        ]
        parts.append(tag("g", *drawn, class_=f"bar-{s % SERIES}"))
    unit = f"share of the split's {one_line(bars.unit)}" if shares and bars.unit != "share" else one_line(bars.unit)
    parts.append(tag("text", unit, x=(LEFT + WIDTH) / 2, y=HEIGHT - 6, text_anchor="middle"))
    return parts, HEIGHT


def _column(x: float, width: float, top: float) -> Markup:
    return tag("rect", x=x, y=top, width=width, height=HEIGHT - BOTTOM - top)


def _shares(values: Sequence[float]) -> list[float]:
    total = sum(v for v in values if math.isfinite(v)) or 1.0
    return [v / total for v in values]
