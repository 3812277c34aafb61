"""The network as a fact, written and read."""

from __future__ import annotations

import json
from dataclasses import asdict

from traindx.core.network import Anchors, LayerGradient, Mixing, NetworkLayer, NormLayer, Refused, network_of
from traindx.core.network_example import network_with
from traindx.core.network_overview import network_overview


def test_a_network_is_the_same_after_it_was_written_and_read() -> None:
    network = network_with(
        anchors=Anchors((((10.0, 13.0), (16.0, 30.0)),), "factor", 4.0),
        norms=(NormLayer("bn", "BatchNorm2d", 64, "conv"),),
        mixing=Mixing(0.0),
        refused=Refused("RuntimeError: no"),
        flat={"fc": ("tanh", 0.5)},
        names={0: "cat"},
        notes=("a note",),
    )
    plain = json.loads(json.dumps(asdict(network)))
    plain["graph"] = {
        "operations": dict(network.graph.operations) if network.graph else {},
        "weighted": [{**row, "name": row["weight"]} for row in plain["graph"]["layers"]],
    }
    assert network_of(plain) == network


def test_numbers_that_are_not_finite_are_kept() -> None:
    read = network_of(json.loads('{"spec": "a", "gradients": [{"name": "fc", "rms": NaN, "spread": Infinity}]}'))
    assert read.gradients[0].rms != read.gradients[0].rms and isinstance(read.gradients[0], LayerGradient)


def test_a_place_names_the_line_of_the_layer_or_else_that_of_the_model() -> None:
    network = network_with(layers=(NetworkLayer("fc", "Linear", path="parts.py", line=9),))
    assert str(network.place("fc")) == "parts.py:9, layer fc"
    assert str(network.place("other")) == "models.py:5, layer other"
    assert str(network_with(path=None).place()) == "setting model"


def test_the_overview_says_what_the_network_is() -> None:
    table, curve = network_overview(network_with(strides=(8.0, 16.0)))
    said = dict(table.rows)  # type: ignore[union-attr]
    assert said["strides"] == "8, 16" and said["classes"].startswith("10 ") and "2.31" in said["first loss"]
    assert [line.name for line in curve.lines] == ["differences between samples", "gradient of the weight"]  # type: ignore[union-attr]
