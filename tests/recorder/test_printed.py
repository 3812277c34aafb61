"""What the training prints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


def printed(folder: Path) -> list[tuple[int, str, bool]]:
    lines = Recording.load(folder).lines.get("printed", ())
    return [(line["step"], line["text"], bool(line.get("validating"))) for line in lines]


def test_lines_with_a_word_and_a_number_are_kept_and_printed_as_before(
    record: Record, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    before = sys.stdout.write
    with record():
        train(model, optimizer, 2)
        print("epoch 1:", "loss", 0.5)
        print("no number here")
        print(3.5)
        model.eval()
        with torch.no_grad():
            for _ in range(2):
                model(batch()[0])
        print("accuracy 0.25", file=sys.stderr)
        model.train()
        train(model, optimizer, 1)
        print("said before\nthe recording 2", end="")
        print("0 ends")
    assert printed(folder) == [
        (2, "epoch 1: loss 0.5", False),
        (2, "accuracy 0.25", True),
        (3, "the recording 20 ends", False),
    ]
    out, err = capsys.readouterr()
    assert out.startswith("epoch 1: loss 0.5\nno number here\n3.5\n") and err == "accuracy 0.25\n"
    assert sys.stdout.write == before


def test_a_progress_bar_is_kept_as_it_ended(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 1)
        for n in range(5):
            sys.stdout.write(f"\r{n}/4 loss {1 / (n + 1):.2f}")
        sys.stdout.write("\n")
        sys.stdout.write("\r1/2 val loss 0.7\r2/2 val loss 0.6\r   \r\n")
    assert [text for _, text, _ in printed(folder)] == ["4/4 loss 0.20", "2/2 val loss 0.6"]


def test_lines_of_one_form_become_rare(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 1)
        for n in range(5000):
            print(f"step {n} loss {n / 7:.3f}")
    assert 500 < len(printed(folder)) < 800
