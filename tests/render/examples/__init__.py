"""Reports as the commands make them, for the tests of every renderer."""

from __future__ import annotations

from pathlib import Path

from tests.render.examples.calm import healthy, unclear
from tests.render.examples.data import cells, dataset
from tests.render.examples.extremes import everything, hostile, many
from tests.render.examples.run import diverging, falling, lr_too_high, trial
from tests.render.examples.terms import NEEDS_DATASET, NEEDS_RECORDING, PRIOR
from traindx.core.report import Report

__all__ = [
    "NEEDS_DATASET",
    "NEEDS_RECORDING",
    "PRIOR",
    "all_reports",
    "cells",
    "dataset",
    "diverging",
    "everything",
    "falling",
    "healthy",
    "hostile",
    "lr_too_high",
    "many",
    "trial",
    "unclear",
]


def all_reports(folder: Path) -> dict[str, Report]:
    """Every example by its name."""
    picture = cells(folder)
    return {
        "lr-too-high": lr_too_high(),
        "dataset": dataset(picture),
        "healthy": healthy(),
        "unclear": unclear(),
        "many": many(),
        "hostile": hostile(folder),
        "everything": everything(picture),
        "empty": Report("unclear", (), ()),
    }
