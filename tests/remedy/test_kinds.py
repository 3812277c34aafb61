"""Every kind of edit gives back the script as it was before the fault, or leaves alone what is not certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.remedy.scripts import SCRIPT, changed, edited, remedied

CLEAR = "        optimizer.zero_grad()\n"
STEP = "        optimizer.step()\n"
LOSS = "        loss = criterion(model(x), y)\n"
BACK = "        loss.backward()\n"

SAME = {
    "no step": ("missing-optimizer-step", (STEP, "")),
    "step before backward": ("missing-optimizer-step", (BACK + STEP, STEP + BACK)),
    "maximised": ("gradient-ascent", ("loss.backward()", "(-loss).backward()")),
    "maximised by the optimizer": ("gradient-ascent", ("momentum=0.9)", "momentum=0.9, maximize=True)")),
    "a loss made anew": (
        "broken-graph",
        (BACK, "        loss = torch.tensor(loss.item(), requires_grad=True)\n" + BACK),
    ),
    "no train()": ("left-in-eval-mode", ("    model.train()\n", "")),
    "train() once": (
        "left-in-eval-mode",
        ("\nfor epoch in range(10):\n    model.train()\n", "model.train()\n\nfor epoch in range(10):\n"),
    ),
    "eval() for train()": ("left-in-eval-mode", ("    model.train()\n", "    model.eval()\n")),
    "the head alone": ("optimizer-missing-parameters", ("(model.parameters()", "(model[3].parameters()")),
    "the first layers": ("optimizer-missing-parameters", ("(model.parameters()", "(model[:2].parameters()")),
    "frozen": (
        "frozen-parameters",
        ("\nfor epoch", "for p in model[1].parameters():\n    p.requires_grad = False\n\nfor epoch"),
    ),
    "constant": (
        "constant-init",
        ("\nfor epoch", "for p in model.parameters():\n    nn.init.constant_(p, 0.1)\n\nfor epoch"),
    ),
    "softmax in the loss": (
        "softmax-before-cross-entropy",
        ("criterion(model(x), y)", "criterion(model(x).softmax(1), y)"),
    ),
    "softmax layer": ("softmax-before-cross-entropy", ("nn.Linear(32, 10))", "nn.Linear(32, 10), nn.Softmax(dim=1))")),
    "relu on the logits": ("wrong-output-activation", ("nn.Linear(32, 10))", "nn.Linear(32, 10), nn.ReLU())")),
    "momentum": ("momentum-too-high", ("momentum=0.9)", "momentum=0.999)")),
    "not shuffled": ("not-shuffled", ("shuffle=True", "shuffle=False")),
    "no nonlinearity": ("missing-nonlinearity", ("nn.ReLU(), ", "")),
}


@pytest.mark.parametrize("name", SAME)
def test_the_script_is_as_it_was_before_the_fault(name: str, tmp_path: Path) -> None:
    cause, edit = SAME[name]
    assert changed(remedied(tmp_path, edited(edit), cause)) == SCRIPT


def test_gradients_are_cleared_before_the_backward_pass(tmp_path: Path) -> None:
    text = changed(remedied(tmp_path, edited((CLEAR, "")), "missing-zero-grad"))
    assert text == edited((CLEAR, ""), (BACK, CLEAR + BACK))


def test_with_accumulation_gradients_are_cleared_after_the_step(tmp_path: Path) -> None:
    text = edited((CLEAR, ""), (STEP, "        if i % 4 == 0:\n            optimizer.step()\n"))
    found = changed(remedied(tmp_path, text, "missing-zero-grad"))
    assert "            optimizer.step()\n            optimizer.zero_grad()\n" in found


def test_gradients_that_were_cleared_before_the_step_are_cleared_before_the_backward_pass(tmp_path: Path) -> None:
    text = edited((CLEAR, ""), (BACK, BACK + CLEAR))
    assert changed(remedied(tmp_path, text, "missing-optimizer-step")) == edited((CLEAR, ""), (BACK, CLEAR + BACK))


def test_a_scaler_steps_where_the_step_is_missing(tmp_path: Path) -> None:
    text = edited((STEP, ""), ("loss.backward()", "scaler.scale(loss).backward()"))
    found = changed(remedied(tmp_path, text, "missing-optimizer-step"))
    assert "backward()\n        scaler.step(optimizer)\n        scaler.update()\n" in found


def test_a_clip_finds_its_gradients_unscaled(tmp_path: Path) -> None:
    clip = "        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
    text = edited((STEP, clip + "        scaler.step(optimizer)\n"))
    lines = [
        {
            "kind": "source",
            "call": "step",
            "path": "train.py",
            "line": text[: text.index("scaler.step")].count("\n") + 1,
        }
    ]
    found = changed(remedied(tmp_path, text, "clip-before-unscale", lines=lines))
    assert "        scaler.unscale_(optimizer)\n" + clip in found


def test_a_schedule_of_epochs_leaves_the_batch_loop(tmp_path: Path) -> None:
    text = edited(("    scheduler.step()\n", ""), (STEP, STEP + "        scheduler.step()\n"))
    seen = [("T352", "StepLR is stepped after each batch")]
    assert changed(remedied(tmp_path, text, "schedule-misapplied", because=seen)) == SCRIPT


def test_a_schedule_that_also_steps_in_the_batch_loop_keeps_its_step_of_epochs(tmp_path: Path) -> None:
    text = edited((STEP, STEP + "        scheduler.step()\n"))
    seen = [("T352", "StepLR is stepped after each batch")]
    assert changed(remedied(tmp_path, text, "schedule-misapplied", because=seen)) == SCRIPT


def test_a_schedule_of_batches_enters_the_batch_loop(tmp_path: Path) -> None:
    seen = [("T353", "OneCycleLR is stepped once an epoch")]
    found = changed(remedied(tmp_path, SCRIPT, "schedule-misapplied", because=seen))
    assert found == edited(("    scheduler.step()\n", ""), (STEP, STEP + "        scheduler.step()\n"))


def test_the_head_gets_as_many_outputs_as_there_are_classes(tmp_path: Path) -> None:
    seen = [("M121", "the network has 10 outputs and the targets name ids 0..11 (should be 0..9)")]
    found = changed(remedied(tmp_path, SCRIPT, "head-class-mismatch", because=seen))
    assert found == edited(("nn.Linear(32, 10)", "nn.Linear(32, 12)"))


def test_two_layers_that_may_be_the_head_are_left_alone(tmp_path: Path) -> None:
    text = edited(("criterion = ", "other = nn.Linear(5, 10)\ncriterion = "))
    seen = [("M121", "the network has 10 outputs and the targets name ids 0..11 (should be 0..9)")]
    remedy = remedied(tmp_path, text, "head-class-mismatch", because=seen)
    assert not remedy.changed and [cause for cause, _ in remedy.left] == ["head-class-mismatch"]


def test_ids_that_count_from_one_are_lessened(tmp_path: Path) -> None:
    seen = [("M121", "the network has 10 outputs and the targets name ids 1..10 (should be 0..9)")]
    assert "criterion(model(x), y - 1)" in changed(remedied(tmp_path, SCRIPT, "one-based-class-ids", because=seen))
    text = edited(("model(x), y)\n", "model(x), y + 1)\n"))
    assert changed(remedied(tmp_path, text, "one-based-class-ids", because=seen)) == SCRIPT


def test_validation_sets_its_mode_and_training_sets_its_own(tmp_path: Path) -> None:
    text = edited(("    model.eval()\n", ""))
    found = changed(remedied(tmp_path, text, "left-in-train-mode", at=["argmax(1)"]))
    assert found == SCRIPT


def test_where_nothing_sets_training_mode_again_it_is_set_behind_validation(tmp_path: Path) -> None:
    text = edited(("    model.eval()\n", ""), ("    model.train()\n", ""), ("model = nn", "net = model = nn"))
    found = changed(remedied(tmp_path, text, "left-in-train-mode", at=["argmax(1)"]))
    assert found.endswith("for x, y in val_loader)\n    model.train()\n")


def test_frozen_batch_norms_stay_in_evaluation_mode(tmp_path: Path) -> None:
    found = changed(remedied(tmp_path, SCRIPT, "frozen-batchnorm-drifts"))
    assert "    model.train()\n    for module in model.modules():\n        if " in found


def test_a_layer_that_is_replaced_is_replaced_before_the_optimizer(tmp_path: Path) -> None:
    text = edited(("scheduler = ", "model.fc = nn.Linear(8, 10)\nscheduler = "))
    found = changed(remedied(tmp_path, text, "optimizer-missing-parameters"))
    assert found.index("model.fc = ") < found.index("optimizer = ")


def test_the_loss_of_added_batches_is_their_mean(tmp_path: Path) -> None:
    text = edited((STEP, "        if i % accumulate == 0:\n            optimizer.step()\n"))
    steps = [{"kind": "step", "step": i, "calls": "zfbfbfbfbs"} for i in range(3)]
    found = changed(remedied(tmp_path, text, "accumulation-not-averaged", lines=steps))
    assert "        (loss / accumulate).backward()\n" in found


def test_a_number_that_an_option_holds_is_changed_there(tmp_path: Path) -> None:
    option = 'parser.add_argument("--momentum", type=float, default=0.999)\nargs = parser.parse_args()\n'
    text = edited(("model = nn", option + "model = nn"), ("momentum=0.9)", "momentum=args.momentum)"))
    assert "default=0.9)" in changed(remedied(tmp_path, text, "momentum-too-high"))


def test_a_number_that_the_command_sets_is_changed_in_the_command(tmp_path: Path) -> None:
    remedy = remedied(tmp_path, SCRIPT, "momentum-too-high", command=["python", "train.py", "--momentum", "0.999"])
    assert remedy.command == ("python", "train.py", "--momentum", "0.9") and not remedy.changed


def test_states_that_were_saved_are_given_back(tmp_path: Path) -> None:
    saves = 'torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "last.pt")\n'
    loads = 'saved = torch.load("last.pt")\nmodel.load_state_dict(saved["model"])\n'
    text = edited(("train_loader = ", loads + "train_loader = ")) + saves
    found = changed(remedied(tmp_path, text, "resume-lost-state"))
    assert loads + 'optimizer.load_state_dict(saved["optimizer"])\n' in found


def test_a_file_of_a_package_is_never_changed(tmp_path: Path) -> None:
    home = tmp_path / "site-packages" / "library"
    home.mkdir(parents=True)
    remedy = remedied(home, edited((STEP, "")), "missing-optimizer-step")
    assert not remedy.changed and remedy.left


def test_the_diff_can_be_applied_by_patch_and_keeps_comments(tmp_path: Path) -> None:
    remedy = remedied(tmp_path, edited(("momentum=0.9)", "momentum=0.999)")), "momentum-too-high")
    added = [line for line in remedy.diff.splitlines() if line.startswith("+")]
    assert added == ["+++ b/train.py", "+" + SCRIPT.splitlines()[8]] and "# as in the paper" in added[1]


def test_a_script_that_was_changed_after_it_was_recorded_is_left_alone(tmp_path: Path) -> None:
    remedy = remedied(tmp_path, edited((STEP, "")), "missing-optimizer-step", started=1.0)
    assert not remedy.changed and "was changed after it was recorded" in remedy.left[0][1]


BLOCK = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())
        self.head = nn.Linear(8, 10)


"""


def test_the_end_of_a_block_is_not_the_end_of_the_network(tmp_path: Path) -> None:
    text = edited(("model = nn.Sequential", BLOCK + "model = nn.Sequential"))
    assert not remedied(tmp_path, text, "wrong-output-activation").changed


def test_usual_initial_values_are_left_alone(tmp_path: Path) -> None:
    usual = "for m in model.modules():\n    nn.init.zeros_(m.bias)\n    nn.init.kaiming_normal_(m.weight)\n"
    text = edited(("\nfor epoch", usual + "\nfor epoch"))
    assert not remedied(tmp_path, text, "dead-relu", at=["kaiming_normal_"]).changed


def test_a_minus_inside_the_loss_is_no_ascent(tmp_path: Path) -> None:
    text = edited(("loss.backward()", "(loss + -0.1 * entropy).backward()"))
    assert not remedied(tmp_path, text, "gradient-ascent").changed


def test_dropout_between_layers_makes_nothing_nonlinear(tmp_path: Path) -> None:
    text = edited(("nn.ReLU(), ", "nn.BatchNorm1d(32), nn.Dropout(0.2), "))
    found = changed(remedied(tmp_path, text, "missing-nonlinearity"))
    assert "nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10)" in found


VALIDATION = "        right = sum((model(x).argmax(1) == y).sum() for x, y in val_loader)\n"
LOOP = "        for x, y in val_loader:\n            right += (model(x).argmax(1) == y).sum()\n"


def test_what_validation_alone_computes_is_taken_out(tmp_path: Path) -> None:
    seen = [("B120", "validation is not divided by 255")]
    text = edited(("model(x).argmax", "model(x * 255).argmax"))
    assert changed(remedied(tmp_path, text, "train-val-transform-mismatch", at=["argmax"], because=seen)) == SCRIPT


def test_what_training_alone_computes_rightly_is_put_into_validation(tmp_path: Path) -> None:
    seen = [("B120", "validation is not divided by 255")]
    text = edited((LOSS, "        x = x / 255\n" + LOSS), (VALIDATION, LOOP))
    found = changed(remedied(tmp_path, text, "train-val-transform-mismatch", at=["argmax"], because=seen))
    assert "in val_loader:\n            x = x / 255\n            right += " in found and found.count("x / 255") == 2


def test_a_mismatch_whose_wrong_side_is_not_known_is_left_alone(tmp_path: Path) -> None:
    seen = [("B120", "one of the two is normalised in another way")]
    text = edited(("model(x).argmax", "model(x * 255).argmax"))
    assert not remedied(tmp_path, text, "train-val-transform-mismatch", at=["argmax"], because=seen).changed


def test_a_softmax_over_one_unit_becomes_a_sigmoid_and_one_over_the_batch_goes(tmp_path: Path) -> None:
    text = edited(("criterion(model(x), y)", "criterion(model(x).softmax(0), y)"))
    over_one = [("T407", "softmax over one unit: all scores are 1")]
    over_all = [("T407", "softmax over the batch: the columns sum to 1")]
    assert "model(x).sigmoid()" in changed(remedied(tmp_path, text, "wrong-output-activation", because=over_one))
    assert changed(remedied(tmp_path, text, "wrong-output-activation", because=over_all)) == SCRIPT
