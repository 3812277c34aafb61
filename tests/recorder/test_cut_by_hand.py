"""Loops without a loader: the boxes and maps that lie beside the call of the network count as its batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.recorder.conftest import Record
from traindx.core.own_boxes import own_boxes_of
from traindx.core.recording import Recording
from traindx.core.target_places import target_places_of

SCRIPT = """
import numpy as np
import torch
from tests.recorder.detection import scenes

drawn = [scenes(n) for n in range(64)]
pictures = torch.stack([p[0] for p, _ in drawn])
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


def run(record: Record, folder: Path, script: str = SCRIPT, **names: Any) -> Recording:
    with record():
        exec(compile(script, "train.py", "exec"), {"__name__": "__main__", **names})
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    return recording


@pytest.mark.parametrize("exchanged", [False, True])
def test_rows_and_cells_beside_the_call_are_held_against_their_pictures(
    record: Record, folder: Path, exchanged: bool
) -> None:
    recording = run(record, folder, EXCHANGED=exchanged)
    boxes, places = own_boxes_of(recording), target_places_of(recording)
    assert boxes is not None and places is not None and len(boxes.said) >= 48 <= len(places.said)
    given = float(boxes.certainty(boxes.said)[0][0]), float(np.abs(places.certainty(places.said)[:, 0]).max())
    assert min(given) < 3 if exchanged else min(given) > 4
    assert all(d.get("pulled_places") for step, d in recording.details.items() if 0 < step < 10)


def test_what_stays_from_step_to_step_is_no_batch(record: Record, folder: Path) -> None:
    whole = SCRIPT.replace("chosen = torch.randperm(64)[:8].tolist()", "chosen = list(range(64))")
    kept = whole.replace("for step in range(16):", "samples = None\nfor step in range(4):").replace(
        "    samples = [", "    samples = samples or ["
    )
    recording = run(record, folder, kept.replace("zeros(8, 8, 8)", "zeros(64, 8, 8)"), EXCHANGED=True)
    assert own_boxes_of(recording) is None


def test_the_names_of_a_function_are_left_alone(record: Record, folder: Path) -> None:
    """Before Python 3.13 to read them would keep what they hold."""
    import sys

    lines = SCRIPT.splitlines()
    inside = "\n".join(["def main():", *(f"    {line}" for line in lines if line), "main()"])
    assert (own_boxes_of(run(record, folder, inside, EXCHANGED=False)) is None) == (sys.version_info < (3, 13))
