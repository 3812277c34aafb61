"""What people's own classifiers get wrong besides: the wrong output, the wrong weights, the wrong count, the wrong axis."""

from programs.fault import Fault

FAULTS = (
    Fault(
        "auxiliary-loss-alone",
        "broken-graph",
        ("auxiliary_classifier",),
        (("loss = F.cross_entropy(scores, y) + 0.3 * F.cross_entropy(aux, y)", "loss = F.cross_entropy(aux, y)"),),
    ),
    Fault(
        "argmax-over-samples",
        "evaluator-mismatch",
        ("auxiliary_classifier",),
        (("argmax(dim=1)", "argmax(dim=0)"),),
        ("argmax(dim=0)",),
    ),
    Fault(
        "divided-by-the-training-set",
        "evaluator-mismatch",
        ("auxiliary_classifier",),
        (("right / seen", "right / len(train_loader.dataset)"),),
        ("argmax(dim=1)",),
    ),
    Fault(
        "attention-drops-in-validation",
        "left-in-train-mode",
        ("attention_by_hand",),
        (("self.dropout if self.training else 0.0", "self.dropout"),),
        ("dropout_p=",),
    ),
    Fault(
        "warm-up-of-samples-for-batches",
        "schedule-misapplied",
        ("attention_by_hand",),
        (("warm = total // 10", "warm = 2 * len(train_loader.dataset)"), ("total - warm", "total")),
        ("torch.optim.AdamW", "LinearLR", "SequentialLR"),
        also=("lr-too-low",),
    ),
    Fault(
        "average-never-updated",
        "evaluator-mismatch",
        ("ema",),
        (("        ema.update_parameters(model)\n", ""), ("range(3)", "range(5)")),
        ("ema(x)",),
    ),
    Fault(
        "teacher-without-its-weights",
        "weights-not-loaded",
        ("distillation",),
        (
            (
                "for p in teacher.parameters():",
                'state = {f"module.{name}": value for name, value in teacher.state_dict().items()}\n'
                "teacher = ConvNet(width=32).eval()\nteacher.load_state_dict(state, strict=False)\n"
                "for p in teacher.parameters():",
            ),
        ),
        ("teacher.load_state_dict",),
    ),
    Fault(
        "sampler-upside-down",
        "class-imbalance",
        ("weighted_sampler",),
        (("(1 / counts.float())[y]", "counts.float()[y]"),),
    ),
    Fault(
        "softmax-for-several-labels",
        "wrong-output-activation",
        ("multi_label",),
        (
            ("nn.BCEWithLogitsLoss(pos_weight=(1 - positive) / positive)", "nn.BCELoss()"),
            ("ConvNet(classes=4)", "nn.Sequential(ConvNet(classes=4), nn.Softmax(dim=1))"),
            ("(out > 0)", "(out > 0.5)"),
        ),
        ("nn.Softmax", "criterion("),
        also=("wrong-loss",),
    ),
    Fault(
        "first-class-ignored",
        "wrong-loss",
        ("progressive_resizing",),
        (("model(F.interpolate(x, size)), y)", "model(F.interpolate(x, size)), y, ignore_index=0)"),),
        ("ignore_index",),
    ),
    Fault(
        "smoothing-of-0.9",
        "wrong-loss",
        ("attention_by_hand",),
        (("label_smoothing=0.1", "label_smoothing=0.9"),),
        ("label_smoothing",),
    ),
    Fault(
        "best-weights-not-copied",
        "weights-not-loaded",
        ("progressive_resizing",),
        (("kept = accuracy, copy.deepcopy(model.state_dict())", "kept = accuracy, model.state_dict()"),),
        ("model.load_state_dict(kept)",),
        also=("evaluator-mismatch",),
    ),
    Fault(
        "embeddings-normalised-over-the-batch",
        "batch-mixing",
        ("triplet",),
        (("dim=1)", "dim=0)"),),
    ),
    Fault(
        "cleared-before-each-backward",
        "missing-optimizer-step",
        ("accumulation",),
        (("        loss.backward()\n", "        optimizer.zero_grad()\n        loss.backward()\n"),),
        ("optimizer.zero_grad()",),
        also=("accumulation-not-averaged", "missing-zero-grad"),
    ),
    Fault(
        "scheduler-made-in-each-epoch",
        "schedule-misapplied",
        ("one_cycle",),
        (
            ("ConvNet(), 3", "ConvNet(), 6"),
            ("scheduler = torch", "Schedule = torch"),
            (
                ".OneCycleLR(optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader))\n",
                ".OneCycleLR\n",
            ),
            (
                "    model.train()\n",
                "    scheduler = Schedule(optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(train_loader))\n"
                "    model.train()\n",
            ),
        ),
        ("scheduler = ",),
    ),
    Fault(
        "directions-of-classes-left-out",
        "optimizer-missing-parameters",
        ("angular_margin",),
        (("[*model.parameters(), *criterion.parameters()]", "model.parameters()"),),
        ("criterion(model(x), y)", "torch.optim"),
    ),
    Fault(
        "distilled-over-the-batch",
        "wrong-output-activation",
        ("distillation",),
        (("out / 3, 1)", "out / 3, 0)"), ("soft / 3, 1)", "soft / 3, 0)")),
        ("F.log_softmax",),
        also=("batch-mixing",),
    ),
    Fault(
        "normalised-in-the-model-too",
        "wrong-normalization",
        ("resnet18_signs",),
        (
            (
                "model = resnet18(num_classes=10)",
                "normalise = Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))\n"
                "model = nn.Sequential(normalise, resnet18(num_classes=10))",
            ),
            ("import resnet18\n", "import resnet18\nfrom torchvision.transforms import Normalize\n"),
        ),
    ),
)
