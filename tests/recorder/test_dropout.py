"""Dropout layers as they are recorded: how much each leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from tests.recorder.conftest import Net, Record, batch, train
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


class Careless(torch.nn.Module):
    """Dropout as a function, a layer made in `forward`, or told the mode."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.net = kind, Net()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.net(x)
        if self.kind == "function":
            return functional.dropout(y, 0.3)
        if self.kind == "layer":
            return torch.nn.Dropout(0.3)(y)  # type: ignore[no-any-return]
        if self.kind == "attention":
            q = y[:, None]
            return functional.scaled_dot_product_attention(q, q, q, dropout_p=0.3)[:, 0]
        return functional.dropout(y, 0.3, self.training if self.kind == "told" else True)


@pytest.mark.parametrize(
    ("kind", "by"),
    [("function", "default"), ("layer", "layer"), ("given", "given"), ("told", None)],
)
def test_dropout_that_evaluation_does_not_reach_is_written_with_its_line(
    kind: str, by: str | None, record: Record, folder: Path
) -> None:
    model = Careless(kind)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 2)
        model.eval()
        with torch.no_grad():
            model(batch()[0]), model(batch()[0])
        train(model, optimizer, 1)
    found = [e.data for e in Recording.load(folder).of("dropout_in_evaluation")]
    assert [(e["by"], e["p"], str(e["path"]).endswith("test_dropout.py")) for e in found] == (
        [(by, 0.3, True)] if by else []
    )


def test_an_attention_that_draws_in_evaluation_is_written_with_the_lines_that_may(record: Record, folder: Path) -> None:
    model = Careless("attention")
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 2)
        for _ in range(2):
            model.eval()
            with torch.no_grad():
                model(batch()[0]), model(batch()[0])
            train(model.train(), optimizer, 1)
    (event,) = Recording.load(folder).of("drawn_in_evaluation")
    assert any("dropout_p=0.3" in line for _, line in event.data["code"])
