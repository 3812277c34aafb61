"""Calls that are missing, too many or in the wrong order."""

from programs.fault import Fault

STEP = ("loss.backward()", "optimizer.step()", "optimizer.zero_grad()")

FAULTS = (
    Fault(
        "no-zero-grad",
        "missing-zero-grad",
        ("cnn_sgd", "one_cycle", "bf16_autocast", "unet", "vit_timm", "resnet18_signs"),
        (("        optimizer.zero_grad()\n", ""),),
        STEP,
        source="TrainCheck stackoverflow-60335387",
    ),
    Fault(
        "zero-grad-once-an-epoch",
        "missing-zero-grad",
        ("one_cycle", "compiled"),
        (
            ("        optimizer.zero_grad()\n", ""),
            ("    model.train()\n", "    model.train()\n    optimizer.zero_grad()\n"),
        ),
        STEP,
    ),
    Fault(
        "zero-grad-before-step",
        "missing-optimizer-step",
        ("cnn_sgd", "step_lr_groupnorm"),
        (
            ("        optimizer.zero_grad()\n", ""),
            ("loss.backward()\n", "loss.backward()\n        optimizer.zero_grad()\n"),
        ),
        STEP,
        also=("missing-zero-grad", "broken-graph"),
    ),
    Fault(
        "no-step",
        "missing-optimizer-step",
        ("cnn_sgd", "regression", "mixup", "unet"),
        (("        optimizer.step()\n", ""),),
        STEP,
    ),
    Fault(
        "step-before-backward",
        "missing-optimizer-step",
        ("cnn_sgd", "losses_as_dict"),
        (
            (
                "        loss.backward()\n        optimizer.step()\n",
                "        optimizer.step()\n        loss.backward()\n",
            ),
        ),
        STEP,
    ),
    Fault(
        "ascent",
        "gradient-ascent",
        ("cnn_sgd", "cosine_warm_up", "step_lr_groupnorm", "resnet18_signs"),
        (("loss.backward()", "(-loss).backward()"),),
        ("(-loss).backward()",),
        source="T4",
    ),
    Fault(
        "loss-rebuilt-from-a-number",
        "broken-graph",
        ("cnn_sgd", "one_cycle", "compiled"),
        (
            (
                "        loss.backward()",
                "        loss = torch.tensor(loss.item(), requires_grad=True)\n        loss.backward()",
            ),
        ),
        ("torch.tensor(loss.item()", "loss.backward()"),
    ),
    Fault(
        "body-detached",
        "broken-graph",
        ("step_lr_groupnorm",),
        (("self.fc1(self.dropout(x)", "self.fc1(self.dropout(x.detach())"),),
    ),
    Fault(
        "not-averaged",
        "accumulation-not-averaged",
        ("accumulation",),
        ((" / accumulate\n", "\n"), ("            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)\n", "")),
        ("loss = F.cross_entropy", "loss.backward()", "optimizer.step()", "accumulate = 4"),
    ),
    Fault(
        "clip-before-unscale",
        "clip-before-unscale",
        ("grad_scaler",),
        (("        scaler.unscale_(optimizer)\n", ""), ("1024.0", "65536.0")),
        ("clip_grad_norm_",),
    ),
    Fault(
        "cosine-each-batch",
        "schedule-misapplied",
        ("resnet18_signs",),
        (("        optimizer.step()\n", "        optimizer.step()\n        scheduler.step()\n"),),
        ("scheduler.step()", "scheduler = "),
    ),
    Fault(
        "halved-each-batch",
        "schedule-misapplied",
        ("warm_restarts",),
        (
            ("CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=2)", "StepLR(optimizer, 1, gamma=0.5)"),
            ("scheduler.step(epoch + i / len(train_loader))", "scheduler.step()"),
        ),
        ("scheduler.step()", "scheduler = "),
    ),
    Fault(
        "step-lr-each-batch",
        "schedule-misapplied",
        ("step_lr_groupnorm",),
        (("        optimizer.step()\n", "        optimizer.step()\n        scheduler.step()\n"),),
        ("scheduler.step()", "scheduler = "),
    ),
    Fault(
        "one-cycle-each-epoch",
        "schedule-misapplied",
        ("one_cycle",),
        (("        scheduler.step()\n", "    scheduler.step()\n"), ("max_lr=0.1", "max_lr=0.02")),
        ("scheduler.step()", "OneCycleLR"),
    ),
    Fault(
        "scheduler-of-another-optimizer",
        "schedule-misapplied",
        ("one_cycle",),
        (("OneCycleLR(optimizer,", "OneCycleLR(torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9),"),),
        ("OneCycleLR", "scheduler.step()"),
    ),
    Fault(
        "resumed-without-optimizer-state",
        "resume-lost-state",
        ("resumed",),
        (
            ('optimizer.load_state_dict(saved["optimizer"])\n', ""),
            ('scheduler.load_state_dict(saved["scheduler"])\n', ""),
        ),
        ('torch.load("checkpoint.pt"', "model.load_state_dict", "= build()", "optimizer = torch"),
        onset=80,
    ),
    Fault(
        "loss-kept-with-its-graph",
        "memory-leak",
        ("cnn_batchnorm_adamw",),
        (("total += loss.item() * len(inputs)\n    return", "total += loss * len(inputs)\n    return"),),
        ("total += loss *",),
    ),
)
