"""What a script's text tells of its calls, loops and values."""

from __future__ import annotations

from traindx.core.schedules import plans_of
from traindx.core.script import Script
from traindx.inspect.script import script_of

TRAIN = """
import argparse
import torch
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=90)
parser.add_argument("--lr", type=float, default=0.1)
args = parser.parse_args()
settings = {"decay": 5e-4}
warm = args.epochs // 10
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, weight_decay=settings["decay"])
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs - warm)
for epoch in range(args.epochs):
    for x, y in train_loader:
        step(x, y)
    scheduler.step()
"""


def read(text: str, **settings: str) -> Script:
    """The script's facts with these options on the command line."""
    return script_of(text, "train.py", settings)


def test_options_have_their_defaults_or_what_the_command_says() -> None:
    (made,) = read(TRAIN).called("SGD")
    assert (made.get("lr"), made.get("weight_decay"), made.line) == (0.1, 5e-4, 10)
    (made,) = read(TRAIN, lr="0.5").called("SGD")
    assert made.get("lr") == 0.5


def test_a_schedule_is_known_with_its_length_and_how_often_it_is_stepped() -> None:
    (plan,) = plans_of(read(TRAIN, epochs="50"))
    assert (plan.stepped, plan.epochs, plan.length) == ("epoch", 50, (45, "args.epochs - warm"))
    inside = TRAIN.replace("step(x, y)\n    scheduler", "step(x, y)\n        scheduler")
    (plan,) = plans_of(read(inside))
    assert plan.stepped == "batch"


def test_a_value_that_is_given_twice_is_not_known() -> None:
    (made,) = read(TRAIN.replace("optimizer =", "args.lr = scaled()\noptimizer =")).called("SGD")
    assert made.get("lr") is None and made.text("lr") == "args.lr"
    (made,) = read(TRAIN.replace("optimizer =", 'settings["decay"] = 1\noptimizer =')).called("SGD")
    assert made.get("weight_decay") is None


def test_a_name_that_a_function_is_given_is_not_known() -> None:
    text = "lr = 0.1\ndef make(model, lr):\n    return torch.optim.SGD(model.parameters(), lr=lr)\n"
    (made,) = read(text).called("SGD")
    assert made.get("lr") is None


def test_what_is_no_python_says_nothing() -> None:
    assert read("def :") == Script("train.py")


def test_loops_around_the_loop_over_epochs_count() -> None:
    text = TRAIN.replace("for epoch", "for cycle in range(3):\n  for epoch").replace("\n    for x", "\n      for x")
    text = text.replace("        step(x, y)", "          step(x, y)").replace(
        "    scheduler.step", "      scheduler.step"
    )
    (plan,) = plans_of(read(text))
    assert (plan.stepped, plan.epochs) == ("epoch", 270)


def test_a_step_now_and_then_is_not_counted() -> None:
    text = TRAIN.replace("    scheduler.step()", "    if epoch >= 5:\n        scheduler.step()")
    (plan,) = plans_of(read(text))
    assert plan.stepped == ""
    (plan,) = plans_of(
        read(TRAIN.replace("    scheduler.step()", "    if scheduler is not None:\n        scheduler.step()"))
    )
    assert plan.stepped == "epoch"
