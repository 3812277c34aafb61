"""Metrics that were logged are series by name."""

from __future__ import annotations

import numpy as np

from traindx.core.metrics import metrics_of
from traindx.core.recording import recording_of


def test_of_one_name_the_longest_series_is_taken() -> None:
    def line(step: int, value: float, source: str, **more: float) -> dict[str, object]:
        return {
            "kind": "metric",
            "step": step,
            "time": step / 10,
            "name": "loss",
            "value": value,
            "source": source,
            **more,
        }

    lines = [line(3, 1.0, "wandb"), line(3, 1.0, "lightning", epoch=0), line(6, 0.5, "lightning", epoch=1)]
    lines.append({**line(6, 0.25, "lightning"), "name": "acc", "value": None})
    found = metrics_of(recording_of(lines))
    assert list(found) == ["loss", "acc"] and found["loss"].source == "lightning" and len(found["loss"]) == 2
    assert found["loss"].step.tolist() == [3, 6] and found["loss"].epoch.tolist() == [0, 1]
    assert found["loss"].value.tolist() == [1.0, 0.5] and found["loss"].time.tolist() == [0.3, 0.6]
    assert np.isnan(found["acc"].value).all() and np.isnan(found["acc"].epoch).all()


def test_a_recording_without_metrics_has_no_series() -> None:
    assert metrics_of(recording_of([{"kind": "step", "step": 0, "loss": 1.0}])) == {}
