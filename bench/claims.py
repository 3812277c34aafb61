"""Measures what is often said about failing trainings: initialisation, rates, normalisation, schedules, weights, boxes in pixels.

    python bench/claims.py      # writes results/claims.md, one core, about a minute

Each claim is one that people are told when they ask why a training fails. What is measured here is what the pages in
docs/complaints/ say.
"""

from __future__ import annotations

import contextlib
import io
import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn

RESULT = Path(__file__).parent / "results" / "claims.md"
SEEDS = 5


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """scikit-learn's digits as pictures [1797, 1, 8, 8] and classes."""
    found = load_digits()
    return torch.tensor(found.images, dtype=torch.float32)[:, None] / 8 - 1, torch.tensor(found.target)


def plain_network() -> nn.Sequential:
    """Two convolutions and a linear layer."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10)
    )


def trained(
    change: Callable[[nn.Module], None], seed: int, *, rate: float = 0.02, steps: int = 200
) -> tuple[float, float]:
    """Norm of the gradient of the first layer at the first step, and the loss over all digits at the end."""
    torch.manual_seed(seed)
    pictures, classes = digits()
    model = plain_network()
    change(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    first = math.nan
    for step in range(steps):
        chosen = torch.randint(0, len(pictures), (64,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(pictures[chosen]), classes[chosen]).backward()
        if not step:
            first = float(model[0].weight.grad.norm())
        optimizer.step()
    with torch.no_grad():
        return first, float(nn.functional.cross_entropy(model(pictures), classes))


def small_weights(model: nn.Module) -> None:
    """Normal weights of standard deviation 0.01, biases zero, as is recommended against a 'too small' default."""
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)


def initialisation() -> Iterator[str]:
    """'The default initialisation is too small; draw weights with a standard deviation of 0.01.'"""
    spread = [
        float(layer.weight.detach().std()) for layer in plain_network() if isinstance(layer, (nn.Conv2d, nn.Linear))
    ]
    yield f"Standard deviations of torch's default in the three layers: {', '.join(f'{s:.3f}' for s in spread)}."
    yield ""
    yield "| weights | gradient of the first layer, first step | loss after 200 steps |"
    yield "|---|---|---|"
    for name, change in (("torch's default", lambda model: None), ("normal, 0.01", small_weights)):
        found = np.array([trained(change, seed) for seed in range(SEEDS)])
        low, high = found[:, 1].min(), found[:, 1].max()
        yield f"| {name} | {np.median(found[:, 0]):.4f} | {np.median(found[:, 1]):.3f} ({low:.3f} to {high:.3f}) |"


def rates() -> Iterator[str]:
    """'At epoch 14 the learning rate is particularly sensitive; cosine annealing cures it.'"""
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
    applied = []
    for _ in range(200):
        applied.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    yield "| epoch | rate of CosineAnnealingLR(T_max=100) from 0.1 |"
    yield "|---|---|"
    for epoch in (0, 12, 14, 50, 99, 150, 199):
        yield f"| {epoch} | {applied[epoch]:.5f} |"
    yield ""
    yield "After T_max it rises again: a schedule must be as long as the training."


def plateau() -> Iterator[str]:
    """'ReduceLROnPlateau escapes local minima', stepped with the loss of every batch."""
    lengths = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1e-3)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=3, min_lr=1e-6)
        for step in range(1000):
            optimizer.step()
            scheduler.step(2.3 * 0.999**step * (1 + 0.1 * rng.standard_normal()))
            if optimizer.param_groups[0]["lr"] <= 1.001e-6:
                lengths.append(step + 1)
                break
    yield "A loss that falls by a thousandth each batch, with 10 % noise; the scheduler (patience 3, factor 0.1) is stepped"
    yield "per batch:"
    yield f"the rate is at its least, a thousandth of what it was, after {int(np.median(lengths))} batches (median of 20 runs)."


def batch_of_one() -> Iterator[str]:
    """'With a batch of one BatchNorm only rescales.'"""
    try:
        nn.BatchNorm1d(4)(torch.randn(1, 4))
        said = "no error"
    except ValueError as error:
        said = f"ValueError: {error}"
    yield f"`BatchNorm1d` on one row: `{said}`."
    layer, picture = nn.BatchNorm2d(4), torch.randn(1, 4, 32, 32)
    spread = float(layer(picture).detach().std(dim=(0, 2, 3)).mean())
    yield f"`BatchNorm2d` on one picture of 32 x 32 has 1,024 values a channel and normalises them (deviation {spread:.2f})."


def class_weights() -> Iterator[str]:
    """'Give BCEWithLogitsLoss a weight against imbalance.'"""
    yield "One logit, 5 % of 4,000 labels are positive; what it learns to say:"
    yield ""
    yield "| loss | probability that is learned |"
    yield "|---|---|"
    target = (torch.arange(4000) % 20 == 0).float()
    kinds = {
        "plain": {},
        "weight=19": {"weight": torch.tensor(19.0)},
        "pos_weight=19": {"pos_weight": torch.tensor(19.0)},
    }
    for name, given in kinds.items():
        logit = nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([logit], lr=0.5)
        criterion = nn.BCEWithLogitsLoss(**given)
        for _ in range(3000):
            optimizer.zero_grad()
            criterion(logit.expand_as(target), target).backward()
            optimizer.step()
        yield f"| {name} | {float(torch.sigmoid(logit.detach())):.3f} |"


def boxes_in_pixels() -> Iterator[str]:
    """'Boxes in pixels give an enormous loss in YOLO.'"""
    with tempfile.TemporaryDirectory() as home, contextlib.redirect_stdout(io.StringIO()):
        labels = _looked_at(Path(home))
    yield f"Of 20 pictures whose label files hold pixels, Ultralytics' loader keeps {labels} with a box; the others train as"
    yield "background or are left out with a warning. No loss is large: the boxes are not there."


def _looked_at(home: Path) -> int:
    from ultralytics.data.dataset import YOLODataset

    rng = np.random.default_rng(0)
    (home / "images").mkdir()
    (home / "labels").mkdir()
    for i in range(20):
        Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(home / "images" / f"{i}.png")
        (home / "labels" / f"{i}.txt").write_text("0 32 32 20 16\n")
    try:
        found = YOLODataset(str(home / "images"), data={"names": {0: "thing"}, "channels": 3}, imgsz=64, task="detect")
    except Exception:  # where no picture is left it refuses to begin
        return 0
    return sum(len(label["cls"]) > 0 for label in found.labels)


def main() -> None:
    """Measure each claim and write the page."""
    torch.set_num_threads(1)
    lines = ["# What is often said, measured", "", "`python bench/claims.py`", ""]
    for claim in (initialisation, rates, plateau, batch_of_one, class_weights, boxes_in_pixels):
        lines += [f"## {str(claim.__doc__).strip()}", "", *claim(), ""]
    RESULT.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
