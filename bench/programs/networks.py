"""Networks: initial weights, missing nonlinearities, frozen and forgotten parameters, samples mixed."""

from programs.fault import Fault

ADAM_MLP = "criterion = nn.CrossEntropyLoss()\n"
CNN = "optimizer = torch.optim"


def _each(change: str) -> str:
    return f"for p in model.parameters():\n    {change}\n"


FAULTS = (
    Fault(
        "all-weights-0.01",
        "constant-init",
        ("adam_mlp", "cnn_sgd", "compiled"),
        ((CNN, _each("torch.nn.init.constant_(p, 0.01)") + CNN),),
        (),
        source="T24",
    ),
    Fault(
        "zero-weights",
        "constant-init",
        ("adam_mlp", "regression"),
        ((CNN, _each("torch.nn.init.zeros_(p)") + CNN),),
        (),
        source="T24, IPS_15",
    ),
    Fault(
        "normal-weights-of-1",
        "init-too-large",
        ("adam_mlp", "cnn_sgd"),
        ((CNN, _each("torch.nn.init.normal_(p, std=1.0)") + CNN),),
        (),
        source="IPS_4",
    ),
    Fault(
        "normal-weights-of-1e-4",
        "init-too-small",
        ("regression", "cnn_sgd"),
        ((CNN, _each("torch.nn.init.normal_(p, std=1e-4)") + CNN),),
        (),
        source="T24",
    ),
    Fault(
        "no-nonlinearity",
        "missing-nonlinearity",
        ("regression", "adam_mlp"),
        (("nn.ReLU(), ", ""),),
        (),
        source="UMLAUT B",
    ),
    Fault(
        "only-the-head-optimised",
        "optimizer-missing-parameters",
        ("one_cycle", "ema", "mixup"),
        (("SGD(model.parameters()", "SGD(model.fc.parameters()"),),
        ("SGD(model.fc.parameters()",),
        source="TrainCheck 84911",
    ),
    Fault(
        "first-layers-optimised",
        "optimizer-missing-parameters",
        ("cnn_sgd",),
        (("SGD(model.parameters()", "SGD(model[:4].parameters()"),),
        ("SGD(model[:4].parameters()",),
    ),
    Fault(
        "head-replaced-after-the-optimizer",
        "optimizer-missing-parameters",
        ("resnet18_signs",),
        (("epochs = 4\n", "model.fc = nn.Linear(512, 10)\nepochs = 4\n"),),
        ("optimizer = torch", "model.fc = "),
    ),
    Fault(
        "random-body-frozen",
        "frozen-parameters",
        ("one_cycle", "mixup"),
        ((CNN, "for p in model.features.parameters():\n    p.requires_grad = False\n" + CNN),),
        ("requires_grad = False",),
        source="TrainCheck 84911",
    ),
    Fault(
        "rows-mixed",
        "batch-mixing",
        ("step_lr_groupnorm",),
        (("self.dropout(x).flatten(1)", "self.dropout(x).permute(1, 0, 2, 3).reshape(len(x), -1)"),),
        ("permute(1, 0, 2, 3)",),
        source="NeuraLint f014",
    ),
    Fault(
        "all-biases-minus-10",
        "dead-relu",
        ("adam_mlp", "cnn_sgd"),
        (
            (
                CNN,
                "with torch.no_grad():\n    for p in list(model.parameters())[:-2]:\n"
                "        if p.ndim == 1:\n            p.fill_(-10.0)\n" + CNN,
            ),
        ),
        (),
    ),
    Fault(
        "wide-sigmoids",
        "saturating-activations",
        ("regression",),
        (
            ("nn.ReLU()", "nn.Sigmoid()"),
            (CNN, "with torch.no_grad():\n    model[1].weight.mul_(200)\n    model[3].weight.mul_(100)\n" + CNN),
        ),
        (),
        also=("init-too-large",),
    ),
    Fault(
        "one-hidden-unit",
        "model-too-small",
        ("adam_mlp",),
        (
            ("nn.Linear(64, 128)", "nn.Linear(64, 1)"),
            ("nn.Linear(128, 10)", "nn.Linear(1, 10)"),
            ("nn.Dropout(0.2), ", ""),
        ),
        (),
        also=("underfitting",),
    ),
    Fault(
        "deep-sigmoids",
        "missing-normalization-layer",
        ("adam_mlp",),
        (
            (
                "nn.ReLU(), nn.Dropout(0.2), ",
                "nn.ReLU(), *[m for _ in range(12) for m in (nn.Linear(128, 128), nn.Sigmoid())], ",
            ),
        ),
        (),
        also=("saturating-activations", "init-too-small"),
    ),
    Fault(
        "keys-that-do-not-match",
        "weights-not-loaded",
        ("resumed",),
        (
            (
                'model.load_state_dict(saved["model"])',
                'model.load_state_dict({f"module.{k}": v for k, v in saved["model"].items()}, strict=False)',
            ),
        ),
        ("strict=False",),
        also=("resume-lost-state",),
        onset=80,
    ),
)
