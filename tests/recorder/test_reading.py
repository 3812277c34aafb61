"""A recording is read without traindx, in the lines that its page shows."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, train

PAGE = Path(__file__).parents[2] / "docs" / "recording.md"


def test_the_lines_of_the_page_give_the_steps(record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.01), 4)
        train(model, torch.optim.SGD(model.parameters(), float("inf")), 2)
    (snippet,) = (
        block for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "polars" in block
    )
    assert len(snippet.splitlines()) == 3
    monkeypatch.chdir(folder)
    found: dict[str, object] = {}
    exec(snippet, found)
    steps = found["steps"]
    assert steps["step"].to_list() == [0, 1, 2, 3, 4, 5]  # type: ignore[index]
    losses = steps["loss"].to_list()  # type: ignore[index]
    assert losses[0] > 0 and math.isnan(losses[5])
    assert steps["update_norm"].to_list()[1] > 0  # type: ignore[index]
