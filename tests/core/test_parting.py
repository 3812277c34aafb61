"""Where two recordings part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from traindx.core.parting import parting
from traindx.core.recording import Recording
from traindx.core.run_differences import differences
from traindx.core.run_results import results, worse_of
from traindx.recorder import record


def trained(folder: Path, **changed: Any) -> Recording:
    """Twelve steps of a small network, with something changed."""
    given = {"seed": 0, "data": 0, "lr": 0.1, "momentum": 0.0, "clip": None, "labels": 0, "late": 0.0} | changed
    torch.manual_seed(given["seed"])
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4))
    drawn = torch.Generator().manual_seed(given["data"])
    x, y = torch.randn(12, 8, 3, 4, 4, generator=drawn), torch.randint(0, 4, (12, 8), generator=drawn)
    with record(folder=folder):
        optimizer = torch.optim.SGD(model.parameters(), given["lr"], momentum=given["momentum"])
        for step in range(12):
            optimizer.zero_grad()
            pictures = x[step] + (given["late"] if step >= 6 else 0.0)
            torch.nn.functional.cross_entropy(model(pictures), (y[step] + given["labels"]) % 4).backward()
            if given["clip"]:
                torch.nn.utils.clip_grad_norm_(model.parameters(), given["clip"])
            optimizer.step()
    return Recording.load(folder)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({}, ""),
        ({"data": 1}, "the batch"),
        ({"labels": 1}, "its targets"),
        ({"seed": 1}, "the loss"),
        ({"clip": 0.01}, "the clipped gradients"),
        ({"lr": 0.2}, "the learning rate"),
    ],
)
def test_the_first_that_differs_is_named(tmp_path: Path, changed: dict[str, Any], differs: str) -> None:
    found = parting(trained(tmp_path / "a"), trained(tmp_path / "b", **changed))
    assert found is not None and found.differs == differs and (found.step == (None if not differs else 0))


def test_runs_that_part_later_are_the_same_until_then(tmp_path: Path) -> None:
    found = parting(trained(tmp_path / "a"), trained(tmp_path / "b", late=0.5))
    assert found is not None and found.differs == "" and found.step == 6


def test_what_differs_is_told_with_its_line_and_nothing_else(tmp_path: Path) -> None:
    a, b = trained(tmp_path / "a"), trained(tmp_path / "b", momentum=0.9)
    (found,) = differences({"recording": a}, {"recording": b})
    assert (found.what, found.a, found.b) == ("momentum", "0", "0.9") and str(found.place).startswith("tests/core")
    assert differences({"recording": a}, {"recording": trained(tmp_path / "c")}) == ()


def test_inputs_that_are_scaled_otherwise_are_told_and_another_draw_is_not(tmp_path: Path) -> None:
    a, again = trained(tmp_path / "a"), trained(tmp_path / "b", data=1)
    assert [d.what for d in differences({"recording": a}, {"recording": again}) if "inputs" in d.what] == []


def test_the_run_that_diverges_is_the_worse(tmp_path: Path) -> None:
    a, b = trained(tmp_path / "a"), trained(tmp_path / "b", lr=1e6)
    worse = worse_of(results({"recording": a}, {"recording": b}))
    assert worse is not None and worse.worse == "B"
    turned = worse_of(results({"recording": b}, {"recording": a}))
    assert turned is not None and turned.worse == "A" and np.isfinite(a.loss).all()


def test_two_seeds_of_one_training_came_to_the_same(tmp_path: Path) -> None:
    a, b = trained(tmp_path / "a"), trained(tmp_path / "b", seed=1)
    assert worse_of(results({"recording": a}, {"recording": b})) is None
