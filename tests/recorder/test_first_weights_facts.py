"""Names of a state dict against those of a model, and the numbers of a layer's first signal."""

from __future__ import annotations

import torch
from torch import nn

from traindx.recorder.loaded_keys import key_facts
from traindx.recorder.signal_numbers import named, signal_numbers, size_and_spread


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))


def facts(given: dict[str, torch.Tensor], model: nn.Module) -> dict[str, object]:
    return key_facts(given, dict(model.named_parameters()), dict(model.named_buffers()))


def test_a_prefix_in_front_is_found_and_counted_over_the_parameters() -> None:
    model = net()
    found = facts({f"module.{name}": t for name, t in net().state_dict().items()}, model)
    assert (found["given"], found["own"], found["matched"]) == (9, 6, 0)
    assert found["prefix"] == {"strip": "module.", "count": 6}


def test_a_prefix_that_lacks_is_found_too() -> None:
    model = nn.ModuleDict({"body": net()})
    found = facts(net().state_dict(), model)
    assert found["prefix"] == {"add": "body.", "count": 6}


def test_the_models_own_tensors_given_back_are_told_from_a_copy() -> None:
    model = net()
    assert facts(model.state_dict(), model)["same_memory"] == 6
    copies = {name: t.clone() for name, t in model.state_dict().items()}
    found = facts(copies, model)
    assert found["same_memory"] == 0 and found["matched"] == 6 and "prefix" not in found


def test_another_shape_is_neither_missing_nor_matched() -> None:
    model, given = net(), net().state_dict()
    given["2.weight"] = torch.zeros(5, 3)
    found = facts(given, model)
    assert (
        found["matched"] == 5 and found["wrong_shape"] == {"count": 1, "names": ["2.weight"]} and "missing" not in found
    )


def test_units_that_are_alike_have_no_spread_and_random_ones_nearly_one() -> None:
    torch.manual_seed(0)
    alike, drawn = torch.full((8, 16), 0.3), torch.randn(64, 256)
    assert float(size_and_spread(torch, alike, turned=False)[1]) < 1e-6
    assert 0.95 < float(size_and_spread(torch, drawn, turned=False)[1]) < 1.0
    rows_differ = torch.arange(8.0)[:, None].expand(8, 16)
    assert float(size_and_spread(torch, rows_differ, turned=False)[1]) > 0.4
    assert float(size_and_spread(torch, rows_differ.T, turned=True)[1]) > 0.4


def test_the_signal_of_a_layer_is_that_of_a_slow_computation() -> None:
    torch.manual_seed(0)
    layer, x = nn.Linear(16, 32), torch.randn(64, 16)
    y = layer(x)
    found = named(signal_numbers(torch, x, y, layer.weight, layer.bias, turned=False).tolist())
    deviations = y.detach().double().std(dim=0, correction=0).square().mean().sqrt()
    assert abs(found["out_vary"] - float(deviations)) < 1e-3
    assert abs(found["weight_rms"] - float(layer.weight.detach().square().mean().sqrt())) < 1e-4
    assert 0.5 < found["out_vary"] / found["in_vary"] < 0.65
