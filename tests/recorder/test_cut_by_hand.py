"""Loops without a loader: the maps that lie beside the call of the network count as its targets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.recorder.conftest import Record
from traindx.core.recording import Recording
from traindx.core.target_places import target_places_of

SCRIPT = """
import numpy as np
import torch
from tests.recorder.detection import scenes

drawn = [scenes(n) for n in range(64)]
pictures = torch.stack([p[0] for p, _ in drawn])
rng = np.random.default_rng(0)
known = [np.concatenate([[0.0], t[0]["boxes"][0].numpy() / 64])[None].astype(np.float32) for _, t in drawn]
model = torch.nn.Conv2d(3, 4, 3, 8, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for step in range(16):
    chosen = torch.randperm(64)[:8].tolist()
    order = list(reversed(chosen)) if EXCHANGED else chosen
    samples = [(pictures[i].numpy(), known[j]) for i, j in zip(chosen, order)]
    grid = torch.zeros(8, 8, 8)
    for n, (_, rows) in enumerate(samples):
        x, y = (rows[0, 1:3] + rows[0, 3:5]) * 4
        grid[n, int(y), int(x)] = 1.0
    out = model(torch.stack([torch.from_numpy(p) for p, _ in samples]))
    loss = ((out[:, 0] - grid) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""

FLIPPED = """
    turns = rng.random(8) < 0.5
    inputs = torch.stack([torch.from_numpy(p).flip(2) if t else torch.from_numpy(p) for (p, _), t in zip(samples, turns)])
    turned = torch.stack([g.flip(1) if t else g for g, t in zip(grid, turns)])
    out = model(inputs)
"""


def run(record: Record, folder: Path, script: str = SCRIPT, **names: Any) -> Recording:
    with record():
        exec(compile(script, "train.py", "exec"), {"__name__": "__main__", **names})
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording


@pytest.mark.parametrize("exchanged", [False, True])
def test_cells_beside_the_call_are_held_against_their_pictures(record: Record, folder: Path, exchanged: bool) -> None:
    places = target_places_of(run(record, folder, EXCHANGED=exchanged))
    assert places is not None and len(places.said) >= 48
    given = float(np.abs(places.certainty(places.said)[:, 0]).max())
    assert given < 3.5 if exchanged else given > 4.5


def test_grey_pictures_are_looked_at_too(record: Record, folder: Path) -> None:
    grey = SCRIPT.replace("p[0] for p, _ in drawn", "p[0].mean(0, keepdim=True) for p, _ in drawn").replace(
        "Conv2d(3", "Conv2d(1"
    )
    places = target_places_of(run(record, folder, grey, EXCHANGED=False))
    assert places is not None and float(np.abs(places.certainty(places.said)[:, 0]).max()) > 4.5


def test_the_map_that_was_made_last_counts(record: Record, folder: Path) -> None:
    """A map and pictures that are flipped together, under new names."""
    flipped = SCRIPT.replace("    out = model(torch.stack([torch.from_numpy(p) for p, _ in samples]))", FLIPPED)
    assert flipped != SCRIPT
    places = target_places_of(run(record, folder, flipped.replace("- grid)", "- turned)"), EXCHANGED=False))
    assert places is not None
    certain = np.abs(places.certainty(places.said)).max(axis=0)
    assert certain[0] > 4.5 and certain[0] > certain[1]


def test_what_stays_from_step_to_step_is_no_batch(record: Record, folder: Path) -> None:
    kept = SCRIPT.replace("chosen = torch.randperm(64)[:8].tolist()", "chosen = list(range(8))")
    kept = kept.replace("for step in range(16):", "grid = None\nfor step in range(16):")
    kept = kept.replace("    grid = torch.zeros(8, 8, 8)", "    grid = torch.zeros(8, 8, 8) if grid is None else grid")
    assert target_places_of(run(record, folder, kept, EXCHANGED=False)) is None


def test_the_names_of_a_function_are_left_alone(record: Record, folder: Path) -> None:
    """Before Python 3.13 to read them would keep what they hold."""
    lines = SCRIPT.splitlines()
    inside = "\n".join(["def main():", *(f"    {line}" for line in lines if line), "main()"])
    found = target_places_of(run(record, folder, inside, EXCHANGED=False))
    assert (found is None) == (sys.version_info < (3, 13))
