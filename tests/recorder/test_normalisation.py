"""Normalisation layers: settings, and the batch against the running statistics, channel by channel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder.norm_statistics import coarser, completed, distances, kept_moments, rows_of, summary
from traindx.recorder.probes.normalisation import _kept, summaries


def slow_distance(layer: torch.nn.BatchNorm2d, x: torch.Tensor) -> np.ndarray:
    """The twin in float64: how far the batch's means lie from the running ones before the batch, in deviations."""
    running = layer.running_mean.double().numpy().copy(), layer.running_var.double().numpy().copy()
    after = layer.running_var.double().numpy() * 0.9 + 0.1 * x.double().var((0, 2, 3)).numpy()
    return np.abs(x.double().mean((0, 2, 3)).numpy() - running[0]) / np.sqrt(after + layer.eps)


def test_the_largest_distance_is_that_of_the_slow_twin() -> None:
    torch.manual_seed(0)
    layer = torch.nn.BatchNorm2d(5)
    x = torch.randn(16, 5, 6, 6) * 2 + torch.tensor([0.0, 1, 5, -3, 0]).reshape(1, 5, 1, 1)
    expected = slow_distance(layer, x)
    layer(x)
    rows = rows_of(torch, layer, x)
    assert rows is not None
    values = {name: row.numpy() for name, row in rows.items()}
    found = summary(values, distances(values, eps=layer.eps, kept=0.9), eps=layer.eps)
    assert found["z"] == pytest.approx(expected.max(), rel=1e-3) and expected.argmax() == 2
    assert found["flat"] == 0 and (found["weight_min"], found["weight_max"]) == (1.0, 1.0)


@pytest.mark.parametrize("shape", [(16, 5, 6, 6), (16, 5), (4, 5, 3, 3, 3)])
@pytest.mark.parametrize("momentum", [0.1, None])
def test_what_the_layer_kept_for_its_backward_pass_is_what_its_batch_shows(
    shape: tuple[int, ...], momentum: float | None
) -> None:
    torch.manual_seed(0)
    layer = {2: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d, 5: torch.nn.BatchNorm3d}[len(shape)](
        5, momentum=momentum
    )
    x = torch.randn(shape) * 2 + 1
    axes = tuple(d for d in range(len(shape)) if d != 1)
    rows = rows_of(torch, layer, x, layer(x))
    assert rows is not None and kept_moments(torch, layer, layer(x)) is not None
    kept = completed({name: row.detach().numpy() for name, row in rows.items()}, layer.eps)
    assert kept["mean"].tolist() == pytest.approx(x.double().mean(axes).tolist(), abs=1e-5)
    assert kept["var"].tolist() == pytest.approx(x.double().var(axes, False).tolist(), rel=1e-4)
    with torch.no_grad():
        assert kept_moments(torch, layer, layer(x)) is None
    assert kept_moments(torch, layer.eval(), layer(x)) is None


def test_channels_without_variance_are_flat_in_what_the_layer_kept() -> None:
    layer = torch.nn.BatchNorm2d(3)
    x = torch.randn(4, 3, 5, 5)
    x[:, 1] = 7.0
    rows = rows_of(torch, layer, x, layer(x))
    assert rows is not None
    values = completed({name: row.numpy() for name, row in rows.items()}, layer.eps)
    assert summary(values, distances(values, eps=layer.eps, kept=0.9), eps=layer.eps)["flat"] == 1


def test_nobody_is_called_to_get_at_what_the_layer_kept() -> None:
    layer, called = torch.nn.BatchNorm2d(3), []

    def unpacked(x: torch.Tensor) -> torch.Tensor:
        called.append(x)
        return x

    with torch.autograd.graph.saved_tensors_hooks(lambda x: x, unpacked):
        assert kept_moments(torch, layer, layer(torch.randn(4, 3, 5, 5))) is None
    assert not called


def test_settings_modes_and_the_worst_channel_are_recorded(record: Record, folder: Path) -> None:
    model = Net()
    with torch.no_grad():
        model.norm.running_mean[3] = 9.0
        model.conv.weight[5], model.conv.bias[5] = 0, 0
    model.norm.eval()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 1e-4), 3)
    recording = Recording.load(folder)
    (line,) = recording.lines["normalisation"]
    (layer,) = line["layers"]
    assert (layer["name"], layer["kind"], layer["training"], layer["momentum"]) == ("norm", "BatchNorm2d", False, 0.1)
    assert layer["trainable"] and layer["track_running_stats"] and layer["eps"] == 1e-5
    for detail in recording.details.values():
        found = detail["normalisation"]
        (worst,) = found["worst"]
        assert (worst["layer"], worst["channel"], worst["running_mean"]) == (0, 3, 9.0)
        assert found["z"][0] == worst["z"] == pytest.approx(9, abs=1)
        assert found["flat"] == [1] and found["batches"] == [0, 0]


def test_batches_are_counted_and_a_change_of_mode_writes_the_layers_again(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 3)
        model.norm.eval()
        train(model, optimizer, 3)
    recording = Recording.load(folder)
    told = [(line["step"], line["layers"][0]["training"]) for line in recording.lines["normalisation"]]
    assert told == [(0, True), (3, False)]
    assert [d["normalisation"]["batches"] for d in recording.details.values()] == [[1, 1], [2, 2], *[[3, 3]] * 4]
    assert recording.details[5]["normalisation"]["z"][0] < recording.details[0]["normalisation"]["z"][0] * 10


class Kinds(torch.nn.Module):
    """All kinds of norms in a row, for pictures of 12 x 12."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3)
        self.group = torch.nn.GroupNorm(2, 8)
        self.untracked = torch.nn.BatchNorm2d(8, track_running_stats=False, affine=False)
        self.layer_norm = torch.nn.LayerNorm(800)
        self.vector = torch.nn.BatchNorm1d(800, momentum=None)
        self.head = torch.nn.Linear(800, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.untracked(self.group(self.conv(x))).flatten(1)
        return self.head(self.vector(self.layer_norm(x)))


def test_every_kind_of_norm_shows_what_it_has(record: Record, folder: Path) -> None:
    model = Kinds()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.01), 2)
    recording = Recording.load(folder)
    layers = {layer["name"]: layer for layer in recording.lines["normalisation"][0]["layers"]}
    assert list(layers) == ["group", "untracked", "layer_norm", "vector"]
    assert layers["group"]["num_groups"] == 2 and layers["layer_norm"]["normalized_shape"] == [800]
    found = recording.details[1]["normalisation"]
    assert [value is not None for value in found["inside"]] == [True, False, True, False]
    assert [value is not None for value in found["z"]] == [False, False, False, True]
    assert [value is not None for value in found["weight_min"]] == [True, False, True, True]


def test_a_norm_with_children_is_seen_too(record: Record, folder: Path) -> None:
    from timm.layers import BatchNormAct2d

    model = Net()
    model.norm, model.relu = BatchNormAct2d(8), torch.nn.Identity()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.01), 2)
    (line,) = Recording.load(folder).lines["normalisation"]
    assert [(layer["name"], layer["kind"]) for layer in line["layers"]] == [("norm", "BatchNormAct2d")]


def test_half_precision_and_odd_inputs_are_looked_at_or_left() -> None:
    layer = torch.nn.BatchNorm2d(3)
    rows = rows_of(torch, layer, torch.randn(4, 3, 5, 5).bfloat16())
    assert rows is not None and rows["mean"].dtype == torch.float32
    assert rows_of(torch, layer, None) is None and rows_of(torch, layer, torch.zeros(3)) is None
    large = coarser(torch.zeros(64, 32, 100, 100))
    assert large.shape[:2] == (64, 32) and large.numel() <= 2 << 15


def test_values_that_are_not_finite_name_their_channel() -> None:
    layer = {"eps": 1e-5, "momentum": 0.1, "training": True, "track_running_stats": True}
    values = np.array([np.nan, 1, 1, 1, 0, 0, 1, 1], dtype=np.float32)
    layout = [[("mean", 2), ("var", 2), ("running_mean", 2), ("running_var", 2)]]
    found = summaries(values, layout, [layer])
    assert np.isnan(found["z"][0]) and found["worst"][0]["channel"] == 0
    assert _kept({**layer, "momentum": None}) == _kept({**layer, "momentum": 1.0}) == 1.0 and _kept(layer) == 0.9


def test_a_training_with_every_norm_ends_with_the_same_weights(record: Record) -> None:
    def run() -> dict[str, torch.Tensor]:
        torch.manual_seed(0)
        model = Kinds()
        train(model, torch.optim.SGD(model.parameters(), 0.01), 15)
        return model.state_dict()

    plain = run()
    with record():
        recorded = run()
    assert all(torch.equal(plain[name], recorded[name]) for name in plain)
    assert batch()[0].shape == (8, 3, 12, 12)


def test_the_values_behind_the_statistics_are_counted(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 1e-4), 2)
    x, _ = batch(seed=0)
    expected = model.conv(x).numel() // model.conv.out_channels
    for detail in Recording.load(folder).details.values():
        assert detail["normalisation"]["values"] == [expected]
        assert 0 <= detail["normalisation"]["z_median"][0] <= detail["normalisation"]["z"][0]
