"""Elements of an SVG drawing as escaped text: nothing that a user wrote can leave the attribute or text it stands in."""

from __future__ import annotations

from markupsafe import Markup, escape

from traindx.render.wording import clean


def tag(name: str, *children: str | Markup, **attributes: str | float | None) -> Markup:
    """One element. Text is escaped unless it is `Markup`; `_` in attribute names becomes `-`, a trailing one is dropped.

    Numbers are coordinates (see `short`), attributes that are None are left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(child if isinstance(child, Markup) else escape(clean(child)) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def _attribute(value: str | float) -> str:
    return clean(value) if isinstance(value, str) else short(value)


def short(value: float) -> str:
    """A coordinate with at most one decimal: a tenth of a unit is less than a pixel."""
    return f"{value:.1f}".removesuffix(".0")
