"""The recorder keeps its own failures from the training, and nothing of the training's."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record, train
from traindx.core.recording import Recording
from traindx.recorder.probes.clip import Clip


def test_an_error_that_a_signal_raises_while_the_recorder_works_reaches_the_training(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(number: int, frame: Any) -> None:
        raise TimeoutError("an hour has passed")

    def interrupted(self: Any, arguments: Any, named: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Clip, "about", interrupted)
    before = signal.signal(signal.SIGINT, over)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    try:
        with record():
            train(model, optimizer, 2)
            with pytest.raises(TimeoutError, match="an hour"):
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            train(model, optimizer, 2)
    finally:
        signal.signal(signal.SIGINT, before)
    recording = Recording.load(folder)
    assert len(recording.step) == 4 and recording.of("probe_failed") == recording.of("detached") == []
