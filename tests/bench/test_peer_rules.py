"""Other projects' rules on a few hand-written lines of a recording."""

from peer_rules import answers
from traindx.core.recording import Recording, recording_of

MODEL = {
    "kind": "model",
    "name": "Net",
    "layers": [{"name": "0", "kind": "Linear"}, {"name": "1", "kind": "ReLU"}, {"name": "2", "kind": "Linear"}],
    "parameters": [{"name": "0.weight", "shape": [4, 4]}, {"name": "2.weight", "shape": [4, 4]}],
}


def recorded(**changed: object) -> Recording:
    """Thirty steps of which nothing can be said, but for what is changed."""
    step: dict[str, object] = {
        "kind": "step",
        "lr": 0.001,
        "grad_norm": 0.1,
        "weight_norm": 1.0,
        "update_norm": 0.001,
        "parameters": {"grad": [0.1, 0.1], "weight": [1.0, 1.0], "update": [0.001, 0.001]},
        "inputs": {"min": -1.0, "max": 1.0, "mean": [0.0], "std": [0.5]},
        "activations": {"mean": [0.1] * 3, "std": [0.5] * 3, "absmax": [2.0] * 3, "dead": [None, 0.0, None]},
    }
    return recording_of([MODEL, *({**step, "step": i, "loss": 2.0 * 0.9**i, **changed} for i in range(30))])


def test_all_are_silent_where_nothing_is_unusual():
    assert set(answers(recorded()).values()) == {("healthy",)}


def test_inputs_beyond_one_fire_two_projects():
    said = answers(recorded(inputs={"min": 0.0, "max": 255.0, "mean": [0.1], "std": [60.0]}))
    assert said["DeepDiagnosis"] == said["UMLAUT"] == ("unscaled-inputs",)
    assert said["AUTOTRAINER"] == said["SageMaker Debugger"] == ("healthy",)


def test_dead_units_fire_three_projects():
    said = answers(
        recorded(activations={"mean": [0.1] * 3, "std": [0.5] * 3, "absmax": [2.0] * 3, "dead": [None, 0.9, None]})
    )
    assert said["DeepDiagnosis"] == said["AUTOTRAINER"] == said["SageMaker Debugger"] == ("dead-relu",)


def test_a_loss_that_stands_still_fires_two_projects():
    said = answers(recorded(loss=2.3))
    assert said["SageMaker Debugger"] == ("lr-too-low",)
    assert said["DeepDiagnosis"] == ("wrong-optimizer",)


def test_a_rate_above_a_hundredth_fires_umlaut_whatever_the_optimizer():
    assert answers(recorded(lr=0.05))["UMLAUT"] == ("lr-too-high",)


def test_a_loss_that_is_not_finite_is_an_explosion():
    said = answers(recorded(loss=float("nan")))
    assert {said[name][0] for name in ("DeepDiagnosis", "AUTOTRAINER", "SageMaker Debugger")} == {"lr-too-high"}


def test_weights_that_do_not_change_fire_sagemaker():
    said = answers(recorded(parameters={"grad": [0.1, 0.1], "weight": [1.0, 1.0], "update": [0.0, 0.0]}))
    assert said["SageMaker Debugger"] == ("missing-optimizer-step",)
