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


HELPERS = """
import torch
EPOCHS = 20

def make(optimizer, size=30):
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=size)

class Trainer:
    def __init__(self, epochs, lr):
        self.epochs = epochs
        self.opt, self.plan = self.build(lr)

    def build(self, lr):
        opt = torch.optim.SGD(self.model.parameters(), lr=lr)
        return opt, make(opt)

    def one(self):
        for x, y in self.loader:
            self.opt.step()

    def finish(self):
        self.plan.step()

    def fit(self):
        for epoch in range(self.epochs):
            self.one()
            self.finish()

trainer = Trainer(EPOCHS, lr=0.3)
trainer.fit()
"""


def test_a_schedule_is_followed_through_functions_classes_and_what_they_return() -> None:
    text = read(HELPERS)
    (plan,) = plans_of(text)
    assert (plan.stepped, plan.epochs, plan.milestones, plan.call.line) == ("epoch", 20, (30.0,), 6)
    (made,) = text.called("SGD")
    assert made.get("lr") == 0.3


def test_a_function_that_is_called_with_two_values_or_handed_on_tells_none() -> None:
    twice = HELPERS + "other = Trainer(EPOCHS, lr=0.1)\n"
    (made,) = read(twice).called("SGD")
    assert made.get("lr") is None
    (plan,) = plans_of(read(HELPERS.replace("make(opt)", "make(opt, 5)") + "start(make)\n"))
    assert plan.milestones == ()


def test_a_branch_that_is_not_taken_is_not_read_and_of_open_ones_no_schedule_is_judged() -> None:
    chosen = """
def made(name, opt):
    if name == "step":
        return StepLR(opt, 30)
    elif name == "cosine":
        return CosineAnnealingLR(opt, 20)
for epoch in range(20):
    scheduler.step()
"""
    (plan,) = plans_of(read(chosen + 'scheduler = made("cosine", opt)\n'))
    assert plan.call.name == "CosineAnnealingLR"
    assert not list(plans_of(read(chosen + "scheduler = made(asked(), opt)\n")))


def test_two_trainings_of_one_script_keep_their_own_schedules() -> None:
    one = "def {name}():\n    sched = StepLR(opt, {size})\n    for epoch in range({epochs}):\n        sched.step()\n{name}()\n"
    text = one.format(name="first", size=50, epochs=150) + one.format(name="tune", size=2, epochs=8)
    assert [(p.epochs, p.milestones) for p in plans_of(read(text))] == [(150, (50.0,)), (8, (2.0,))]


def test_a_formula_is_worked_out() -> None:
    text = (
        "import math\nwarm = 5\ndef rate(epoch):\n    if epoch < warm:\n        return (epoch + 1) / warm\n"
        "    return 0.5 * (1 + math.cos(math.pi * (epoch - warm) / 45))\n"
        "plan = LambdaLR(opt, lr_lambda=rate)\nfor epoch in range(50):\n    plan.step()\n"
    )
    (plan,) = plans_of(read(text))
    assert plan.formula is not None and plan.formula[0] == 0.2 and plan.formula[5] == 1.0
    assert plan.reached(50) == 1.0 and plan.reached(3) == 0.6
    (plan,) = plans_of(read(text.replace("math.cos(", "mystery(")))
    assert plan.formula is None


def test_settings_of_a_file_are_read() -> None:
    text = "with open(args.config) as f:\n    cfg = yaml.safe_load(f)\n"
    text += "opt = SGD(p, lr=cfg['optim']['lr'], weight_decay=cfg.get('wd', 1e-4))\n"
    parsed = 'p = ArgumentParser()\np.add_argument("--config", default="a.yaml")\nargs = p.parse_args()\n'
    (made,) = script_of(parsed + text, "t.py", {}, {"a.yaml": {"optim": {"lr": 0.2}}}.get).called("SGD")
    assert (made.get("lr"), made.get("weight_decay")) == (0.2, 1e-4)
    changed = text.replace("opt =", "cfg['optim']['lr'] = scaled()\nopt =")
    (made,) = script_of(parsed + changed, "t.py", {}, {"a.yaml": {"optim": {"lr": 0.2}}}.get).called("SGD")
    assert made.get("lr") is None


def test_lightning_steps_a_schedule_as_its_interval_says() -> None:
    text = (
        'def configure_optimizers(self):\n    plan = CosineAnnealingLR(opt, T_max=50)\n    return {"interval": "step", "a": plan}\n'
        "Trainer(max_epochs=50)\n"
    )
    assert [p.stepped for p in plans_of(read(text))] == ["batch"]
    assert [p.stepped for p in plans_of(read(text.replace('"step"', '"epoch"')))] == ["epoch"]


def test_settings_of_a_dictionary_are_arguments_and_those_that_the_text_does_not_tell_are_not() -> None:
    text = "held = dict(lr=0.1, momentum=best())\nopt = SGD(params, **held)\n"
    text += "other = {'lr': 1}\nother['lr'] = 2\nSGD(params, **other)\n"
    spread, changed = (call for call in read(text).calls if call.name == "SGD")
    assert spread.arguments == {"lr": 0.1} and "momentum" in spread.texts and spread.lines["lr"] == 2
    assert "lr" not in changed.texts
