"""Groups of parameters, and schedules that helpers build, in scripts as they are written."""

import pytest

from traindx.checks import all_checks
from traindx.core.runner import run_checks
from traindx.inspect.setup import setup_of

CHECKS = [check for check in all_checks() if check.code.startswith("S1")]
BEFORE = """import torch, torchvision
from torch import nn
from torch.utils.data import DataLoader
from transformers import get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup, get_scheduler
from timm.scheduler import CosineLRScheduler, create_scheduler_v2
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, SequentialLR

EPOCHS = 30
train_loader = DataLoader(train_set(), batch_size=32, shuffle=True)
model = torchvision.models.resnet50(weights="DEFAULT")
model.fc = nn.Linear(2048, 12)
backbone = [p for n, p in model.named_parameters() if not n.startswith("fc")]
"""
ADAMW = "optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)"


def said(tmp_path, *lines, batch="", epoch=""):
    """The checks that fail on a script of these lines and the usual loop, with the line at which they do."""
    loop = ["for epoch in range(EPOCHS):", "    for step, (x, y) in enumerate(train_loader):"]
    loop += ["        criterion(model(x), y).backward()", "        optimizer.step()"]
    loop += [f"        {batch}"] if batch else []
    loop += [f"    {epoch}"] if epoch else []
    (tmp_path / "train.py").write_text(BEFORE + "\n".join((*lines, *loop)) + "\n")
    outcomes = run_checks(CHECKS, {"setup": setup_of(["python", "train.py"], tmp_path)})
    assert [o.reason for o in outcomes if o.status == "crashed"] == []
    return {o.code: (o.findings[0].place.line or 0) - BEFORE.count("\n") for o in outcomes if o.status == "failed"}


@pytest.mark.parametrize(
    ("optimizer", "found"),
    [
        (
            'torch.optim.Adam([{"params": backbone, "lr": 0.01}, dict(params=model.fc.parameters(), lr=0.3)])',
            {"S135": 1},
        ),
        (
            'torch.optim.SGD([{"params": backbone, "weight_decay": 5}, {"params": model.fc.parameters()}], lr=0.1)',
            {"S139": 1},
        ),
        (
            'torch.optim.AdamW([{"params": backbone, "lr": 1e-3}, {"params": model.fc.parameters(), "lr": 1e-6}])',
            {"S145": 1},
        ),
        (
            'torch.optim.AdamW([{"params": backbone, "lr": 0.0}, {"params": model.fc.parameters()}], lr=1e-3)',
            {"S146": 1},
        ),
        ('torch.optim.AdamW([{"params": backbone, "lr": 1e-5}, {"params": model.fc.parameters()}], lr=1e-4)', {}),
        ('torch.optim.SGD([{"params": backbone, "lr": 1e-5}, {"params": model.fc.parameters()}], lr=0.01)', {}),
        ('torch.optim.SGD([{"params": others()}, {"params": model.fc.parameters(), "lr": rate()}], lr=0.01)', {}),
        ("torch.optim.AdamW([{'params': m.parameters(), 'lr': 1e-3 * 0.65**i} for i, m in enumerate(layers)])", {}),
    ],
)
def test_each_group_is_judged_by_its_own_settings(tmp_path, optimizer, found):
    assert said(tmp_path, f"optimizer = {optimizer}") == found


@pytest.mark.parametrize(
    ("rate", "decay", "found"), [("0.3", "0.01", {"S135": 7}), ("1e-3", "7", {"S139": 7}), ("1e-3", "0.01", {})]
)
def test_groups_that_a_loop_gathers_are_judged_one_by_one(tmp_path, rate, decay, found):
    lines = ["def groups_of(net):", "    found = []", "    for name, p in net.named_parameters():"]
    lines += ["        if p.ndim == 1:", '            found += [{"params": [p], "weight_decay": 0.0}]', "        else:"]
    lines += [f'            found.append({{"params": [p], "lr": {rate}, "weight_decay": {decay}}})', "    return found"]
    assert said(tmp_path, *lines, "optimizer = torch.optim.AdamW(groups_of(model), lr=1e-3)") == found


def test_a_list_that_grows_is_not_taken_for_what_it_was_at_first(tmp_path):
    lines = ["marks = [100]", "marks.append(20)"]
    schedule = "torch.optim.lr_scheduler.MultiStepLR(optimizer, marks)"
    assert said(tmp_path, ADAMW, *lines, f"scheduler = {schedule}", epoch="scheduler.step()") == {}


def test_a_group_that_is_freed_later_may_begin_at_a_rate_of_zero(tmp_path):
    built = 'optimizer = torch.optim.SGD([{"params": backbone, "lr": 0.0}, {"params": model.fc.parameters()}], lr=0.01)'
    assert said(tmp_path, built, epoch='optimizer.param_groups[0]["lr"] = 1e-3 if epoch > 3 else 0.0') == {}


@pytest.mark.parametrize(
    ("schedule", "batch", "epoch", "found"),
    [
        ("get_cosine_schedule_with_warmup(optimizer, 500, len(train_loader) * EPOCHS)", "", "scheduler.step()", {"S126", "S153"}),
        ("get_cosine_schedule_with_warmup(optimizer, 3, EPOCHS)", "scheduler.step()", "", {"S152"}),
        ("get_linear_schedule_with_warmup(optimizer, 100, 3 * len(train_loader))", "scheduler.step()", "", {"S157"}),
        ("get_cosine_schedule_with_warmup(optimizer, 0, 10 * len(train_loader))", "scheduler.step()", "", {"S150"}),
        ("get_linear_schedule_with_warmup(optimizer, 0, 90 * len(train_loader))", "scheduler.step()", "", {"S151"}),
        ("CosineLRScheduler(optimizer, t_initial=EPOCHS, warmup_t=50)", "", "scheduler.step(epoch)", {"S126"}),
        ("create_scheduler_v2(optimizer, num_epochs=3)", "scheduler.step(epoch + 1)", "", {"S157"}),
        ("LambdaLR(optimizer, lambda step: 1 - step / 300)", "scheduler.step()", "", {"S157"}),
        ("get_cosine_schedule_with_warmup(optimizer, 100, len(train_loader) * EPOCHS)", "scheduler.step()", "", set()),
        ("get_linear_schedule_with_warmup(optimizer, 3, EPOCHS)", "", "scheduler.step()", set()),
        ("get_scheduler('linear', optimizer, 0, len(train_loader) // 4 * EPOCHS)", "step % 4 or scheduler.step()", "", set()),
        ("create_scheduler_v2(optimizer, num_epochs=EPOCHS, warmup_epochs=5)", "", "scheduler.step(epoch + 1)", set()),
        ("LambdaLR(optimizer, lambda epoch: 1.0 - max(0, epoch - 15) / 15)", "", "scheduler.step()", set()),
    ],
)  # fmt: skip
def test_schedules_of_helpers_are_held_against_the_loop(tmp_path, schedule, batch, epoch, found):
    assert set(said(tmp_path, ADAMW, f"scheduler = {schedule}", batch=batch, epoch=epoch)) == found


@pytest.mark.parametrize(
    ("rise", "fall", "mark", "batch", "epoch", "found"),
    [
        (5, "EPOCHS - 5", 5, "scheduler.step()", "", {"S152"}),
        (500, "EPOCHS", 500, "", "scheduler.step()", {"S126"}),
        (5, "8", 5, "", "scheduler.step()", {"S150"}),
        (5, "EPOCHS - 5", 5, "", "scheduler.step()", set()),
        (10, "EPOCHS", 5, "", "scheduler.step()", set()),
    ],
)
def test_the_parts_of_a_sequence_are_held_against_what_is_left_for_them(
    tmp_path, rise, fall, mark, batch, epoch, found
):
    parts = f"[LinearLR(optimizer, start_factor=0.01, total_iters={rise}), CosineAnnealingLR(optimizer, T_max={fall})]"
    built = f"scheduler = SequentialLR(optimizer, {parts}, milestones=[{mark}])"
    assert set(said(tmp_path, ADAMW, built, batch=batch, epoch=epoch)) == found
