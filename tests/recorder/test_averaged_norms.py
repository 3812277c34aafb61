"""The running statistics of an average that is validated in place of the model."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.checks.training.average_keeps_statistics import average_keeps_statistics
from traindx.core.finding import Finding
from traindx.core.recording import Recording


@pytest.mark.parametrize("with_buffers", [False, True])
def test_an_average_of_parameters_alone_keeps_the_statistics_of_its_first_day(
    with_buffers: bool, record: Record, folder: Path
) -> None:
    model = Net()
    average = deepcopy(model).eval()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    with record():
        for _ in range(3):
            train(model, optimizer, 4)
            with torch.no_grad():
                for mean, own in zip(average.parameters(), model.parameters(), strict=True):
                    mean.lerp_(own, 0.5)
                for kept, own in zip(average.buffers(), model.buffers(), strict=True):
                    kept.copy_(own if with_buffers else kept)
                average(batch()[0]), average(batch(seed=1)[0])
        model.eval()
        with torch.no_grad():
            model(batch()[0])  # itself, no average
    recording = Recording.load(folder)
    lines = recording.lines["averaged_norms"]
    assert [line["step"] for line in lines] == [3, 7, 11] and Path(lines[0]["path"]).name == Path(__file__).name
    assert (len({line["mean"] for line in lines}) == 1) is not with_buffers
    assert all(line["off_mean"] == 0 and line["off_variance"] == 1 for line in lines) is with_buffers
    findings = [f for f in average_keeps_statistics({"recording": recording}, off=0.0) if isinstance(f, Finding)]
    assert bool(findings) is not with_buffers
