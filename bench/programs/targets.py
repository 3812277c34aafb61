"""Losses and outputs that do not fit the task."""

from programs.fault import Fault

CE = "loss = F.cross_entropy(model(x), y)\n"
LOSS = ("loss = ", "criterion = ")

FAULTS = (
    Fault(
        "softmax-twice",
        "softmax-before-cross-entropy",
        ("cnn_sgd", "one_cycle", "bf16_autocast", "compiled"),
        ((CE, "loss = F.cross_entropy(model(x).softmax(1), y)\n"),),
        ("F.cross_entropy(model(x).softmax(1)",),
        source="T13",
    ),
    Fault(
        "softmax-in-the-network",
        "softmax-before-cross-entropy",
        ("adam_mlp",),
        (("nn.Linear(128, 10))", "nn.Linear(128, 10), nn.Softmax(dim=1))"),),
        ("nn.Softmax", "criterion("),
        source="T13",
    ),
    Fault(
        "sigmoid-before-bce-with-logits",
        "softmax-before-cross-entropy",
        ("binary_one_logit",),
        (("logits = model(images).squeeze(1)", "logits = torch.sigmoid(model(images).squeeze(1))"),),
        ("criterion(", "torch.sigmoid(model(images)"),
        also=("wrong-output-activation",),
    ),
    Fault(
        "softmax-over-the-batch",
        "wrong-output-activation",
        ("cnn_sgd", "cosine_warm_up"),
        ((CE, "loss = F.cross_entropy(model(x).softmax(0), y)\n"),),
        ("softmax(0)",),
        also=("softmax-before-cross-entropy", "batch-mixing"),
        source="T14",
    ),
    Fault(
        "relu-on-the-logits",
        "wrong-output-activation",
        ("cnn_sgd", "compiled"),
        (("plain_cnn()", "torch.nn.Sequential(plain_cnn(), torch.nn.ReLU())"),),
        (),
        source="IPS_11",
    ),
    Fault(
        "softmax-of-one-unit",
        "wrong-output-activation",
        ("binary_one_logit",),
        (
            ("nn.BCEWithLogitsLoss()", "nn.BCELoss()"),
            ("model(images).squeeze(1)", "model(images).softmax(1).squeeze(1)"),
        ),
        ("softmax(1)", "criterion("),
        source="T22",
    ),
    Fault(
        "sigmoid-for-any-number",
        "wrong-output-activation",
        ("regression",),
        (("nn.Linear(32, 2))", "nn.Linear(32, 2), nn.Sigmoid())"),),
        (),
        source="T23",
    ),
    Fault(
        "sum-for-mean",
        "wrong-loss",
        ("cnn_sgd", "ema"),
        ((CE, 'loss = F.cross_entropy(model(x), y, reduction="sum")\n'),),
        LOSS,
        also=("lr-too-high",),
        source="T15",
    ),
    Fault(
        "classes-for-numbers",
        "wrong-loss",
        ("regression",),
        (("nn.functional.mse_loss(model(pictures), values)", "nn.functional.cross_entropy(model(pictures), values)"),),
        ("nn.functional.cross_entropy",),
        source="T16",
    ),
    Fault(
        "broadcast-difference",
        "wrong-loss",
        ("regression",),
        (
            ("nn.Linear(32, 2))", "nn.Linear(32, 1))"),
            ("nn.functional.mse_loss(model(pictures), values)", "((model(pictures) - values[:, 1]) ** 2).mean()"),
            ("(model(vx) - (targets(vx) - mean) / std)", "(model(vx).squeeze(1) - ((targets(vx) - mean) / std)[:, 1])"),
        ),
        ("values[:, 1]) ** 2",),
        source="T17",
    ),
    Fault(
        "broadcast-mse-loss",
        "wrong-loss",
        ("regression",),
        (
            ("nn.Linear(32, 2))", "nn.Linear(32, 1))"),
            (
                "nn.functional.mse_loss(model(pictures), values)",
                "nn.functional.mse_loss(model(pictures), values[:, 1])",
            ),
            ("(model(vx) - (targets(vx) - mean) / std)", "(model(vx).squeeze(1) - ((targets(vx) - mean) / std)[:, 1])"),
        ),
        ("values[:, 1])",),
        source="T17",
    ),
    Fault(
        "log-of-probabilities",
        "unstable-operation",
        ("binary_one_logit",),
        (
            (
                "loss = criterion(logits, target)",
                "p = torch.sigmoid(40 * logits)\n        loss = -(target * p.log() + (1 - target) * (1 - p).log()).mean()",
            ),
        ),
        ("p.log()",),
        source="T12, IPS_1",
    ),
    Fault(
        "head-too-narrow",
        "head-class-mismatch",
        ("cnn_sgd",),
        (("plain_cnn()", "plain_cnn(classes=9)"),),
        ("F.cross_entropy", "plain_cnn(classes=9)"),
        also=("class-id-out-of-range",),
    ),
)
