"""Curves as inline SVG: axes with round ticks, gaps where a value is missing, the onset marked, the extremes kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from traindx.core.finding import Curve, Line
from traindx.core.report import Arm, Trial
from traindx.render.scales import Scale, label, scale, thin
from traindx.render.svg import short, tag
from traindx.render.wording import one_line

WIDTH, HEIGHT = 560.0, 266.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 42.0, 42.0
DECADES = 4.0
"""A curve whose positive values span more powers of ten than this is drawn on a logarithmic scale without being asked."""

OFF_SCALE = 20.0
"""A trial is drawn up to this many times the largest first loss: beyond it an arm has failed, however far it goes."""

SMOOTHED_FROM = 40
"""Losses of an arm from which on its curve is drawn as running medians, of a twentieth of it."""

MARKS = 40
SERIES = 6
"""Lines differ by colour and dash; the style sheet has this many kinds."""


@dataclass(frozen=True)
class _Plot:
    """The two scales of a drawing."""

    x: Scale
    y: Scale


def curve_svg(curve: Curve) -> Markup:
    """A curve with axes, legend and onset; words instead if it has no value that can be drawn."""
    pairs = [(list(line.x), list(line.y)) for line in curve.lines]
    onset = curve.onset if curve.onset is not None and math.isfinite(curve.onset) else None
    xs = [v for x, _ in pairs for v in x] + ([onset] if onset is not None else [])
    ys = [v for _, y in pairs for v in y]
    plot = _plot(xs, ys, curve.log_y or _spans(ys, DECADES), log_x=curve.log_x)
    if plot is None:
        return tag("p", f"{one_line(curve.title)}: no value that can be drawn.", class_="muted")
    parts = [_axes(plot, curve.x_label, curve.y_label)]
    if onset is not None:
        parts.append(_onset(plot, onset, curve.x_label))
    parts += [_line(plot, line, i) for i, line in enumerate(curve.lines)]
    parts.append(_missing(plot, curve.lines))
    return _drawing(curve.title, describe(curve), parts)


def legend(names: Sequence[str], *, filled: bool = False) -> Markup:
    """The names of the lines, or of `filled` bars, each with a piece of it; nothing for a single one."""
    if len(names) < 2:
        return Markup("")
    items = [tag("li", _swatch(i, filled), " ", one_line(name)) for i, name in enumerate(names)]
    return tag("ul", *items, class_="legend")


def trial_svg(trial: Trial) -> Markup:
    """All arms in one plot: one colour per kind of arm, a line per seed, and the span between the seeds filled."""
    kinds = arm_kinds(trial)
    lines = [(i, Line(arm.name, *_steps(arm))) for i, kind in enumerate(kinds) for arm in _arms(trial, kind)]
    lines = [(i, line) for i, line in lines if line.y]
    most = max((abs(v) for _, line in lines for v in line.y[:1] if math.isfinite(v)), default=math.inf) * OFF_SCALE
    values = [v for _, line in lines for v in line.y if v <= most]
    plot = _plot([v for _, line in lines for v in line.x], values, _spans(values, 1.5))
    if plot is None:
        return Markup("")
    smooth = any(len(arm.loss) >= SMOOTHED_FROM for arm in trial.arms)
    parts = [_axes(plot, "step", "loss, running median" if smooth else "loss")]
    parts += [_span(plot, [line for j, line in lines if j == i], i) for i in range(len(kinds))]
    parts += [_line(plot, line, i) for i, line in lines]
    parts.append(_missing(plot, [line for _, line in lines]))
    ends = "; ".join(f"{_ended(line)} in {one_line(line.name)}" for _, line in lines)
    return _drawing("Loss of every arm of the trial", ends, parts)


def arm_kinds(trial: Trial) -> list[str]:
    """The kinds of arm that left a loss, in the order of the trial."""
    return list(dict.fromkeys(arm.name for arm in trial.arms if arm.loss))


def describe(curve: Curve) -> str:
    """The curve in words, for those who do not see it."""
    words = [f"{one_line(line.name) or 'line'}: {_ended(line)}" for line in curve.lines]
    if curve.onset is not None:
        words.append(f"the symptom starts at {one_line(curve.x_label)} {label(curve.onset)}")
    return "; ".join(words) + "."


def _ended(line: Line) -> str:
    finite = [v for v in line.y if math.isfinite(v)]
    if not finite:
        return "no finite value"
    lost = len(line.y) - len(finite)
    words = f"from {label(finite[0])} to {label(finite[-1])}, lowest {label(min(finite))}, highest {label(max(finite))}"
    return words + (f", {lost:,} values not finite" if lost else "")


def _arms(trial: Trial, kind: str) -> list[Arm]:
    return [arm for arm in trial.arms if arm.name == kind]


def _steps(arm: Arm) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Steps and losses; of a long curve running medians, so that what seeds differ by is not lost in what batches differ by."""
    every = max(arm.steps, 1) / max(len(arm.loss), 1)
    reach = len(arm.loss) // SMOOTHED_FROM
    smooth = tuple(_median(arm.loss[max(0, i - reach) : i + reach + 1]) for i in range(len(arm.loss)))
    return tuple(i * every for i in range(len(arm.loss))), smooth if reach else arm.loss


def _median(values: Sequence[float]) -> float:
    """The middle value, nan where the value in the middle of the stretch is."""
    known = sorted(v for v in values if not math.isnan(v))
    return math.nan if math.isnan(values[len(values) // 2]) or not known else known[len(known) // 2]


def _plot(xs: Sequence[float], ys: Sequence[float], log: bool, *, log_x: bool = False) -> _Plot | None:
    x = scale(xs, LEFT, WIDTH - RIGHT, log=log_x, pad=0.01, most=7)
    y = scale(ys, HEIGHT - BOTTOM, TOP, log=log, pad=0.06, most=6)
    return _Plot(x, y) if x and y else None


def _spans(values: Sequence[float], decades: float) -> bool:
    """Whether the values are all positive and their finite ones span more than so many powers of ten."""
    finite = [v for v in values if math.isfinite(v)]
    return bool(finite) and min(finite) > 0 and math.log10(max(finite)) - math.log10(min(finite)) > decades


def _drawing(title: str, words: str, parts: Sequence[Markup]) -> Markup:
    return tag(
        "svg",
        tag("title", one_line(title)),
        tag("desc", words),
        *parts,
        viewBox=f"0 0 {short(WIDTH)} {short(HEIGHT)}",
        role="img",
        aria_label=f"{one_line(title)}. {words}",
        class_="plot",
    )


def _axes(plot: _Plot, x_label: str, y_label: str) -> Markup:
    bottom, parts = HEIGHT - BOTTOM, []
    for value in plot.y.ticks:
        at = plot.y(value)
        parts.append(tag("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at))
        parts.append(tag("text", label(value, log=plot.y.log), x=LEFT - 7, y=at + 4, text_anchor="end"))
    for value in plot.x.ticks:
        at = plot.x(value)
        parts.append(tag("line", class_="axis", x1=at, x2=at, y1=bottom, y2=bottom + 4))
        parts.append(tag("text", label(value, log=plot.x.log), x=at, y=bottom + 17, text_anchor="middle"))
    parts.append(tag("line", class_="axis", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom))
    across = one_line(y_label) + (" (log scale)" if plot.y.log else "")
    parts.append(tag("text", one_line(x_label), x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 6, text_anchor="middle"))
    parts.append(tag("text", across.strip(), x=4.0, y=13.0))
    return tag("g", *parts, aria_hidden="true")


def _line(plot: _Plot, line: Line, series: int) -> Markup:
    columns = int(WIDTH - LEFT - RIGHT)
    pieces: list[list[str]] = [[]]
    for i in thin(line.x, line.y, columns):
        above = math.isfinite(line.y[i]) and line.y[i] > plot.y.high  # the line runs to the edge and ends there
        y = plot.y.high if above and pieces[-1] else line.y[i]
        if plot.x.shows(line.x[i]) and plot.y.shows(y):
            pieces[-1].append(f"{short(plot.x(line.x[i]))},{short(plot.y(y))}")
        if pieces[-1] and (above or not plot.y.shows(line.y[i])):
            pieces.append([])
    drawn = [tag("polyline", points=" ".join(piece)) for piece in pieces if len(piece) > 1]
    for piece in pieces:
        if len(piece) == 1:
            at, height = map(float, piece[0].split(","))
            drawn.append(tag("circle", cx=at, cy=height, r=2.2, class_="dot"))
    return tag("g", *drawn, class_=f"series s{series % SERIES}")


def _missing(plot: _Plot, lines: Sequence[Line]) -> Markup:
    """A cross at the edge where a line breaks off, and words at the first: above for nan, inf and what is off the scale."""
    breaks = sorted((b for line in lines for b in _breaks(plot, line)), key=lambda b: b[0])
    marks = []
    for start, value in breaks[:MARKS]:
        at, y = plot.x(start), (TOP + 5 if _above(plot, value) else HEIGHT - BOTTOM - 7)
        cross = tag("path", d=f"M{short(at - 4)},{short(y - 4)}l8,8m0,-8l-8,8")
        marks.append(tag("g", tag("title", f"{value:g} from {label(start)} on"), cross))
    if breaks:
        start, value = breaks[0]
        right = plot.x(start) < WIDTH * 0.75
        at, y = plot.x(start) + (8 if right else -8), (TOP + 9 if _above(plot, value) else HEIGHT - BOTTOM - 3)
        said = "not finite" if not math.isfinite(value) else "off the scale" if value > plot.y.high else label(value)
        marks.append(tag("text", said, x=at, y=y, text_anchor="start" if right else "end"))
    return tag("g", *marks, class_="missing")


def _above(plot: _Plot, value: float) -> bool:
    return math.isnan(value) or value > plot.y.high


def _breaks(plot: _Plot, line: Line) -> Iterator[tuple[float, float]]:
    """Where a run of values that cannot be drawn begins: its x and its value."""
    before = True
    for x, y in zip(line.x, line.y, strict=False):
        shown = plot.y.shows(y)
        if before and not shown and plot.x.shows(x):
            yield x, y
        before = shown


def _onset(plot: _Plot, onset: float, x_label: str) -> Markup:
    at = plot.x(onset)
    right = at < WIDTH * 0.62
    words = tag(
        "text",
        f"starts at {one_line(x_label)} {label(onset)}",
        x=at + (6 if right else -6),
        y=TOP - 9,
        text_anchor="start" if right else "end",
    )
    return tag("g", tag("line", x1=at, x2=at, y1=TOP - 22, y2=HEIGHT - BOTTOM), words, class_="onset")


def _span(plot: _Plot, lines: Sequence[Line], series: int) -> Markup:
    """The area between the lowest and the highest seed, where at least two have a value."""
    if len(lines) < 2:
        return Markup("")
    upper, lower = [], []
    for points in zip(*(zip(line.x, line.y, strict=True) for line in lines), strict=False):
        shown = [y for _, y in points if plot.y.shows(y)]
        if len(shown) > 1:
            at = short(plot.x(points[0][0]))
            upper.append(f"{at},{short(plot.y(max(shown)))}")
            lower.append(f"{at},{short(plot.y(min(shown)))}")
    return tag("polygon", points=" ".join([*upper, *reversed(lower)]), class_=f"span s{series % SERIES}")


def _swatch(series: int, filled: bool) -> Markup:
    piece = tag("rect", x=8, y=1, width=10, height=10) if filled else tag("line", x1=1, x2=25, y1=6, y2=6)
    kind = f"bar-{series % SERIES}" if filled else f"series s{series % SERIES}"
    return tag("svg", tag("g", piece, class_=kind), viewBox="0 0 26 12", aria_hidden="true")
