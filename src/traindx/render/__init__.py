"""Renderers: a report in, text out. They see nothing else, so a report made on a cluster opens on a laptop without torch.

Each is imported when it is used: writing JSON needs neither jinja2 nor Pillow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from traindx.core.report import Report

Renderer: TypeAlias = Callable[[Report], str]


def _text(report: Report) -> str:
    from traindx.render.text import text

    return text(report)


def _json(report: Report) -> str:
    from traindx.render.json_ import json_text

    return json_text(report)


def _html(report: Report) -> str:
    from traindx.render.html import html

    return html(report)


def _sarif(report: Report) -> str:
    from traindx.render.sarif import sarif

    return sarif(report)


def _junit(report: Report) -> str:
    from traindx.render.junit import junit

    return junit(report)


def _github(report: Report) -> str:
    from traindx.render.github import github

    return github(report)


def _markdown(report: Report) -> str:
    from traindx.render.markdown import markdown

    return markdown(report)


FORMATS: Mapping[str, Renderer] = MappingProxyType(
    {
        "text": _text,
        "json": _json,
        "html": _html,
        "sarif": _sarif,
        "junit": _junit,
        "github": _github,
        "markdown": _markdown,
    }
)
"""Every format by its name on the command line."""
