"""The settings that were asked for beside the library's own defaults, as a card of the overview: no finding."""

from __future__ import annotations

from traindx.core.configured import Configured
from traindx.core.finding import Table
from traindx.core.setup import Setup

BESIDE = frozenset(
    {"model", "data", "project", "name", "exist_ok", "device", "workers", "verbose", "plots", "mode", "task"}
)
"""Settings that say nothing of how is trained."""
MOST = 20


def settings_overview(setup: Setup) -> tuple[Table, ...]:
    """What differs from the recipe that the installed library has by default; empty where nothing does."""
    defaults = setup.library.defaults
    rows = [
        (name, str(asked.value), str(defaults[name]))
        for name, asked in sorted(setup.asked.items())
        if name in defaults and name not in BESIDE and asked.value is not None and asked.value != defaults[name]
    ]
    shown = _as_read(setup.configured)
    title = f"Settings that differ from the defaults of {setup.library.name} {setup.library.version}"
    return (*((Table(title, ("setting", "asked for", "default"), tuple(rows[:MOST])),) if rows else ()), *shown)


def _as_read(found: Configured) -> tuple[Table, ...]:
    """What files of settings say of the training, by meaning: which entry, its value, where it is written."""
    rows = [
        (role, name, str(asked.value)[:60], f"{asked.path}:{asked.line}" if asked.path else "the command")
        for role in sorted(found.roles)
        for name, asked in found.roles[role][:3]
    ]
    title = f"Settings as they were read ({found.kind}, {', '.join(found.paths[:4])}{', …' if len(found.paths) > 4 else ''})"
    return (Table(title, ("what", "entry", "value", "where"), tuple(rows)),) if rows else ()
