"""Each treatment does what it says, and the recording looks like a run that has the cause."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core import treatment
from traindx.core.recording import Recording
from traindx.recorder.treatments import Treatments


def trained(steps: int, zero: bool = True) -> tuple[Net, torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = Net()
    model.drop.p = 0.0
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    train(model, optimizer, steps, zero=zero)
    return model, optimizer


def state(model: nn.Module) -> list[np.ndarray]:
    return [p.detach().numpy().copy() for p in model.parameters()]


def same(a: nn.Module, b: nn.Module) -> bool:
    return all(np.allclose(x, y, rtol=1e-5, atol=1e-7) for x, y in zip(state(a), state(b), strict=True))


def test_a_scaled_rate_acts_and_is_recorded_and_leaves_the_group_as_it_was(record: Record, folder: Path) -> None:
    with record(treatment.scale_lr(0.5)):
        model, optimizer = trained(3)
    torch.manual_seed(0)
    expected = Net()
    expected.drop.p = 0.0
    train(expected, torch.optim.SGD(expected.parameters(), 0.025), 3)
    assert same(model, expected)
    assert optimizer.param_groups[0]["lr"] == 0.05
    assert Recording.load(folder).lr.tolist() == [0.025] * 3


def test_gradients_are_cleared_after_each_step(record: Record, folder: Path) -> None:
    expected, _ = trained(3)
    with record(treatment.zero_grad_after_step()):
        model, _ = trained(3, zero=False)
    assert same(model, expected)
    recording = Recording.load(folder)
    assert recording.grad_before.tolist() == [0.0] * 3 and recording.calls[1] == "zfbs"


def test_a_skipped_zero_grad_looks_like_one_that_is_missing(record: Record, folder: Path) -> None:
    expected, _ = trained(3, zero=False)
    with record(treatment.skip_zero_grad()):
        model, _ = trained(3)
    assert same(model, expected)
    recording = Recording.load(folder)
    assert recording.calls == ("fbs",) * 3 and recording.grad_before[1] > 0 and "zero_grad" not in recording.sources


def test_missing_parameters_are_given_to_the_optimizer(record: Record, folder: Path) -> None:
    expected, _ = trained(3)
    torch.manual_seed(0)
    model = Net()
    model.drop.p = 0.0
    with record(treatment.optimize_all_parameters()):
        train(model, torch.optim.SGD(model.head.parameters(), 0.05), 3)
    assert same(model, expected)
    assert {p.optimizer for p in Recording.load(folder).parameters} == {0}


def test_withheld_parameters_stay_and_look_forgotten(record: Record, folder: Path) -> None:
    torch.manual_seed(0)
    before = state(Net())
    with record(treatment.withhold_parameters(1 / 3)):
        model, _ = trained(3)
    after = state(model)
    assert [np.array_equal(a, b) for a, b in zip(before, after, strict=True)] == [False] * 4 + [True] * 2
    recording = Recording.load(folder)
    assert [p.optimizer for p in recording.parameters] == [0] * 4 + [None] * 2
    assert recording.grad_before.tolist() == [0.0] * 3


def test_training_mode_is_switched_on_before_each_training_step(record: Record, folder: Path) -> None:
    model = Net().eval()
    with record(treatment.train_mode()):
        train(model, torch.optim.SGD(model.parameters(), 0.1), 2)
        with torch.no_grad():
            model.eval()(batch()[0])
            assert not model.training
    assert Recording.load(folder).training.tolist() == [1, 1]


def test_evaluation_mode_is_left_on_from_a_step_on(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record(treatment.eval_mode(2)):
        for _ in range(4):
            model.train()
            train(model, optimizer, 1)
    recording = Recording.load(folder)
    assert recording.training.tolist() == [1, 1, 0, 0]
    (mode,) = recording.of("mode")
    assert mode.step == 2 and mode.source is not None


def test_cross_entropy_of_probabilities_becomes_that_of_the_logits(record: Record) -> None:
    scores, y = torch.randn(8, 4), torch.randint(0, 4, (8,))
    expected = nn.functional.cross_entropy(scores, y)
    with record(treatment.log_of_probabilities()):
        found = nn.functional.cross_entropy(scores.softmax(1), y)
        module = nn.CrossEntropyLoss()(input=scores.softmax(1), target=y)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(module, expected)


def test_softmax_before_the_loss_shows_in_what_the_loss_receives(record: Record, folder: Path) -> None:
    scores, y = torch.randn(8, 4), torch.randint(0, 4, (8,))
    expected = nn.functional.cross_entropy(scores.softmax(1), y)
    with record(treatment.softmax_before_loss()):
        torch.testing.assert_close(nn.functional.cross_entropy(scores, y), expected)
        trained(1)
    call = Recording.load(folder).details[0]["loss_call"]
    assert call["row_sum_min"] == pytest.approx(1.0) and call["row_sum_max"] == pytest.approx(1.0)
    assert call["input_min"] >= 0.0


def test_inputs_are_scaled_in_training_and_validation(record: Record, folder: Path) -> None:
    model, (x, y) = Net(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    model.eval()
    expected = model(x * 255).detach()
    with record(treatment.scale_inputs(255.0)):
        found = model(x)
        nn.functional.cross_entropy(found, y).backward()
        optimizer.step()
        with torch.no_grad():
            validated = model(x)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(validated, expected)
    recording = Recording.load(folder)
    assert recording.details[0]["inputs"]["max"] == pytest.approx(255 * x.max().item(), rel=1e-5)
    assert recording.details[0]["first_input"]["max"] == pytest.approx(255 * x.max().item(), rel=1e-5)
    seen = recording.lines["validation_inputs"][0]["batches"][0]
    assert seen["max"] == pytest.approx(255 * x.max().item(), rel=1e-5)


def test_inputs_are_standardised_by_the_first_batch(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    with record(treatment.standardize_inputs()):
        for seed in range(2):
            x, y = batch(seed=seed)
            nn.functional.cross_entropy(model(x * 60 + 128), y).backward()
            optimizer.step()
    details = Recording.load(folder).details
    assert details[0]["inputs"]["mean"] == pytest.approx([0.0] * 3, abs=1e-4)
    assert details[0]["inputs"]["std"] == pytest.approx([1.0] * 3, rel=1e-4)
    first, second = batch(seed=0)[0], batch(seed=1)[0]
    expected = (second.mean((0, 2, 3)) - first.mean((0, 2, 3))) / first.std((0, 2, 3), unbiased=False)
    assert details[1]["inputs"]["mean"] == pytest.approx(expected.tolist(), abs=1e-4)


def test_a_picture_inside_a_dict_or_a_list_is_changed_and_the_users_own_is_not() -> None:
    treatments = Treatments(torch, [treatment.scale_inputs(2.0)])
    picture, boxes = torch.ones(2, 3, 4, 4), torch.ones(5, 4)
    given = {"img": picture, "boxes": boxes}
    changed = treatments.inputs((given,), learns=True)
    assert changed is not None
    assert changed[0]["img"].max() == 2.0 and changed[0]["boxes"] is boxes and given["img"] is picture
    listed = treatments.inputs(([picture[0], picture[1]],), learns=True)
    assert listed is not None and all(p.max() == 2.0 for p in listed[0]) and picture.max() == 1.0


def test_relu_leaks_in_all_its_forms_and_only_while_treated(record: Record) -> None:
    x = torch.tensor([-1.0, 2.0])
    forms = (
        lambda v: nn.functional.relu(v),
        lambda v: torch.relu(v),
        nn.ReLU(),
        nn.ReLU(inplace=True),
        lambda v: v.relu(),
        lambda v: v.relu_(),
    )
    with record(treatment.leaky_relu(0.1)):
        assert [form(x.clone()).tolist() for form in forms] == [[pytest.approx(-0.1), 2.0]] * len(forms)
    assert [form(x.clone()).tolist() for form in forms] == [[0.0, 2.0]] * len(forms)


def test_leaking_units_are_recorded_as_alive(record: Record, folder: Path) -> None:
    with record(treatment.shift_biases(-5.0), treatment.leaky_relu(0.1)):
        trained(1)
    dead = Recording.load(folder).per_layer("dead_window")[0]
    assert dead[2] == 0.0 and dead[4] == 0.0


def test_biases_of_all_but_the_last_layer_are_shifted_once(record: Record, folder: Path) -> None:
    torch.manual_seed(0)
    model = Net()
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    with record(treatment.shift_biases(-5.0)):
        train(model, torch.optim.SGD(model.parameters(), 0.0), 3)
    shifts = {n: (p.detach() - before[n]).mean().item() for n, p in model.named_parameters()}
    expected = {n: -5.0 if n in ("conv.bias", "norm.bias") else 0.0 for n in shifts}
    assert shifts == pytest.approx(expected, abs=1e-5)
    assert Recording.load(folder).per_layer("dead")[0, 2] > 0.9


def test_a_treatment_is_named_in_the_recording(record: Record, folder: Path) -> None:
    with record(treatment.scale_lr(2.0)):
        trained(1)
    (event,) = Recording.load(folder).of("treatment")
    assert event.data["name"] == "scale_lr" and event.data["arguments"] == {"factor": 2.0}


def test_an_unknown_treatment_is_refused() -> None:
    with pytest.raises(ValueError, match="no such treatment: turn_around"):
        Treatments(torch, [treatment.Treatment("turn_around", "process")])
