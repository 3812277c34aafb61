"""Dropout layers as they are recorded: how much each leaves out."""

from __future__ import annotations

from pathlib import Path

import torch

from tests.recorder.conftest import Net, Record, train
from traindx.core.recording import Recording


def test_the_share_of_each_layer_is_written_where_it_changes(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    (drop,) = [m for m in model.modules() if isinstance(m, torch.nn.Dropout)]
    with record():
        train(model, optimizer, 3)
        before, drop.p = drop.p, 0.75
        train(model, optimizer, 3)
    first, second = Recording.load(folder).lines["dropout"]
    assert [line["step"] for line in (first, second)] == [0, 3]
    assert [x["p"] for x in (*first["layers"], *second["layers"])] == [before, 0.75]
    name = next(name for name, m in model.named_modules() if m is drop)
    assert first["layers"][0] == {"name": name, "kind": "Dropout", "p": before, "training": True}
