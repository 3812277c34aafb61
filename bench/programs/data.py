"""Pictures and labels: scale, order, noise, numbers that are not finite."""

from programs.fault import Fault

LOOP = "    for x, y in train_loader:\n"
LOADED = "x, y, vx, vy = digit_tensors()\n"

FAULTS = (
    Fault(
        "bytes-as-they-are",
        "unscaled-inputs",
        ("cnn_sgd", "cosine_warm_up", "plateau"),
        ((LOOP, LOOP + "        x = (x * 0.323 + 0.305) * 255\n"),),
        (),
        source="T2, UMLAUT A",
    ),
    Fault(
        "divided-twice",
        "wrong-normalization",
        ("cnn_sgd", "adam_mlp"),
        (
            (
                "train_loader, val_loader = digit_loaders(",
                "def scaled(batch):\n    xs, ys = zip(*batch)\n"
                "    return torch.stack(xs).div(255).div(255), torch.stack(ys)\n\n\ntrain_loader, val_loader = digit_loaders(",
            ),
            (
                "optimizer = torch.optim",
                "from torch.utils.data import DataLoader\n\n"
                "train_loader = DataLoader(train_loader.dataset, 32, True, collate_fn=scaled)\noptimizer = torch.optim",
            ),
        ),
        (),
        also=("unscaled-inputs",),
        source="T1",
    ),
    Fault(
        "labels-shuffled",
        "shuffled-labels",
        ("workers", "binary_one_logit", "weighted_sampler", "iterable"),
        ((LOADED, LOADED + "y = y[torch.randperm(len(y))]\n"),),
        (),
        also=("label-noise",),
        source="T20",
    ),
    Fault(
        "sorted-by-class",
        "not-shuffled",
        ("workers", "binary_one_logit", "multi_label"),
        ((LOADED, LOADED + "x, y = x[y.argsort()], y[y.argsort()]\n"), ("shuffle=True", "shuffle=False")),
        ("DataLoader(",),
    ),
    Fault(
        "a-picture-of-nan",
        "nan-in-data",
        ("workers", "weighted_sampler", "binary_one_logit"),
        ((LOADED, LOADED + "x[::16] = float('nan')\n"),),
        (),
    ),
    Fault(
        "noise-of-8",
        "augmentation-too-strong",
        ("workers",),
        (("0.1 * torch.randn_like", "8.0 * torch.randn_like"),),
        (),
        source="T19",
    ),
    Fault(
        "few-of-some-classes",
        "class-imbalance",
        ("weighted_sampler",),
        (("12 if c < 5", "4 if c < 5"), ("batch_size=32, sampler=sampler", "batch_size=32, shuffle=True")),
        (),
        source="T18",
    ),
    Fault(
        "same-noise-in-all-workers",
        "duplicate-worker-seeds",
        ("workers",),
        (
            ("0.1 * torch.randn_like(x)", "torch.as_tensor(np.random.normal(0, 0.1, x.shape), dtype=torch.float32)"),
            ("import torch\n", "import numpy as np\nimport torch\n"),
            (
                "shuffle=True, num_workers=2",
                "shuffle=True, num_workers=2, worker_init_fn=lambda worker: np.random.seed(0)",
            ),
        ),
        ("DataLoader(Digits(x", "np.random"),
        source="TrainCheck 67180955",
    ),
    Fault(
        "learned-by-heart",
        "overfitting",
        ("early_stopping",),
        (("count=320", "count=48"), ("        if bad >= 3:\n            break\n", ""), ("range(30)", "range(60)")),
        (),
    ),
    Fault(
        "validated-unnormalised",
        "train-val-transform-mismatch",
        ("cnn_sgd", "cosine_warm_up", "one_cycle"),
        (("sum((model(x).argmax(1)", "sum((model((x * 0.323 + 0.305) * 255).argmax(1)"),),
        ("* 255).argmax(1)",),
    ),
    Fault(
        "a-picture-of-thousands",
        "outlier-batch",
        ("workers", "weighted_sampler"),
        ((LOADED, LOADED + "x[-100] *= 1000\n"),),
        (),
        also=("unscaled-inputs",),
    ),
    Fault(
        "pictures-that-come-slowly",
        "loader-too-slow",
        ("workers",),
        (
            ("x = self.pictures[i]", "time.sleep(0.003)\n        x = self.pictures[i]"),
            ("import torch\n", "import time\n\nimport torch\n"),
            (", num_workers=2", ""),
        ),
        ("DataLoader(Digits(x", "for pictures, classes in train_loader"),
    ),
    Fault(
        "classes-from-one",
        "one-based-class-ids",
        ("cnn_sgd", "one_cycle"),
        (("F.cross_entropy(model(x), y)", "F.cross_entropy(model(x), y + 1)"),),
        ("y + 1)",),
        also=("class-id-out-of-range", "head-class-mismatch"),
    ),
)
