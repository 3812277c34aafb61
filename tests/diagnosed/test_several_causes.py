"""Several faults in one training: each is named, with its own line, and none hides behind another."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed
from tests.diagnosed.test_plain_loop import PLAIN

NO_ZERO_GRAD = ("        optimizer.zero_grad()\n", "")
HEAD_LEFT_OUT = ("optim.SGD(model.parameters()", "optim.SGD(model[:-1].parameters()")
PROBABILITIES = ("criterion(model(x), y)", "criterion(model(x).softmax(1), y)")
JUMPING_RATE = (
    "        optimizer.zero_grad()\n",
    "        optimizer.zero_grad()\n        step = globals().setdefault('seen', []); step.append(1)\n"
    "        optimizer.param_groups[0]['lr'] = 0.05 if len(step) < 70 else 30.0\n",
)


def faulty(*changes: tuple[str, str]) -> str:
    script = PLAIN
    for before, after in changes:
        assert before in script
        script = script.replace(before, after)
    return script


def proved(found: Diagnosed) -> dict[str, int | None]:
    return {d.cause: d.places[0].line if d.places else None for d in found.report.diagnoses if d.status == "proved"}


def test_gradients_that_pile_up_and_a_head_that_is_held_by_nobody(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(faulty(NO_ZERO_GRAD, HEAD_LEFT_OUT))
    named = proved(found)
    assert {"missing-zero-grad", "optimizer-missing-parameters"} <= named.keys()
    assert named["missing-zero-grad"] == found.line_of("optimizer.step()")


def test_probabilities_given_to_cross_entropy_and_a_head_that_is_held_by_nobody(
    diagnosed: Callable[..., Diagnosed],
) -> None:
    named = proved(diagnosed(faulty(PROBABILITIES, HEAD_LEFT_OUT)))
    assert {"softmax-before-cross-entropy", "optimizer-missing-parameters"} <= named.keys()


def test_a_rate_that_jumps_is_named_with_its_step_and_constant_faults_are_not(
    diagnosed: Callable[..., Diagnosed],
) -> None:
    found = diagnosed(faulty(JUMPING_RATE))
    assert found.report.verdict == "faulty" and found.first.cause in ("lr-too-high", "schedule-misapplied")
    assert any(place.step is not None and 68 <= place.step <= 75 for place in found.first.places)
    named = {d.cause for d in found.report.diagnoses if d.status in ("proved", "consistent")}
    assert not named & {"dead-relu", "init-too-large", "unscaled-inputs", "shuffled-labels"}
