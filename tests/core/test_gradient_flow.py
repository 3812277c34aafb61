"""Which line cuts the gradient's way, and which weights are known to be random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traindx.core.example import falling, recording_with
from traindx.core.gradient_flow import cutting_line, flow_of, output_layer, random_at_start
from traindx.core.recording import Recording

NET: list[Mapping[str, Any]] = [
    {"name": "conv.weight", "shape": [16, 3, 3, 3], "optimizer": 0},
    {"name": "conv.bias", "shape": [16], "optimizer": 0},
    {"name": "fc.weight", "shape": [12, 16], "optimizer": 0},
]
DRAWN = {"call": "kaiming_uniform_", "numbers": "a=2.23607", "parameters": ["conv.weight", "fc.weight"]}
FIRST = {"kind": "initialised", "step": 0, "calls": [DRAWN]}


def run(*lines: Mapping[str, Any], weights: list[float] | None = None) -> Recording:
    norms = {"grad": [1.0, None, 0.0], "update": [0.1, 0.0, 0.0], "weight": weights or [2.3, 0.1, 2.0]}
    return recording_with(falling(), parameters=NET, events=lines, detail={"parameters": norms})


def test_a_cut_lies_on_the_first_line_after_the_call_of_the_layer_before() -> None:
    code = [[24, "x = self.body(x).detach()"], [26, "return self.head(x), self.beside(x.detach())"]]
    cut = {"kind": "copied", "path": "net.py", "line": 26, "code": code, "after": ["net.py", 24]}
    assert str(cutting_line(cut, (".detach",))) == "net.py:24"


def test_gradients_are_switched_off_on_the_last_such_line_before_the_call() -> None:
    code = [[10, "with torch.no_grad():"], [20, "with torch.no_grad():"], [21, "y = x.detach()"]]
    cut = {"kind": "no_grad", "path": "net.py", "line": 22, "code": code, "after": ["net.py", 9]}
    assert str(cutting_line(cut, ("no_grad",))) == "net.py:20"


def test_without_a_line_that_cuts_the_call_itself_is_the_place() -> None:
    assert str(cutting_line({"kind": "detached", "path": "net.py", "line": 7})) == "net.py:7"


def test_weights_that_were_drawn_in_the_run_are_random() -> None:
    assert random_at_start(run(FIRST)) == {"conv.weight", "fc.weight"}


def test_weights_are_not_known_to_be_random_where_some_were_loaded() -> None:
    assert random_at_start(run(FIRST, {"kind": "weights_loaded", "covers": 0.9, "kept": 2, "looked": 2})) == frozenset()


def test_values_that_were_written_over_are_not_random() -> None:
    assert random_at_start(run(FIRST, weights=[2.3, 0.1, 35.0])) == {"conv.weight"}


def test_what_was_trained_under_an_earlier_description_is_not_random() -> None:
    again = {"kind": "model", "step": 20, "name": "Net", "layers": [], "parameters": NET}
    assert random_at_start(run(FIRST, again)) == frozenset()


def test_a_gradient_of_zero_reaches_nothing() -> None:
    assert flow_of(run()).reached.tolist() == [True, False, False]


def test_the_output_layer_is_the_last_with_a_matrix() -> None:
    assert output_layer(run().parameters) == "fc"
