"""Probabilities for every picture by a small CNN that did not see its label: k folds, as npz for `traindx check --predictions`.

    python bench/out_of_fold_classifier.py PICTURES labels.csv COLUMN OUT.npz --folds 2 --epochs 10

PICTURES are files of 32 x 32 pixels named in the first column of labels.csv; COLUMN holds the labels to learn.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn


def network(classes: int) -> nn.Module:
    """Six convolutions with normalisation, a fifth of a million weights."""

    def block(i: int, o: int) -> list[nn.Module]:
        return [nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True)]

    layers = [*block(3, 24), *block(24, 32), nn.MaxPool2d(2), *block(32, 48), *block(48, 64), nn.MaxPool2d(2)]
    layers += [*block(64, 96), *block(96, 96), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, nn.Linear(96, classes))


def augmented(x: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Mirrored at random and shifted by up to four pixels."""
    x = torch.where((torch.rand(len(x), 1, 1, 1, generator=rng) < 0.5), x.flip(3), x)
    dy, dx = torch.randint(-4, 5, (2,), generator=rng).tolist()
    return torch.roll(x, (dy, dx), (2, 3))


def trained(x: torch.Tensor, y: torch.Tensor, classes: int, epochs: int, seed: int) -> nn.Module:
    """A network trained with AdamW, a one-cycle rate and label smoothing."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    model = network(classes).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    steps = epochs * (len(x) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=rng)
        for batch in order[: len(x) // 64 * 64].split(64):
            optimizer.zero_grad()
            loss(model(augmented(x[batch], rng)), y[batch]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def main() -> None:
    """Read the arguments, train the folds, write the probabilities."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("column")
    parser.add_argument("out", type=Path)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10)
    given = parser.parse_args()
    with given.labels.open() as stream:
        rows = list(csv.DictReader(stream))
    files = [row["file"] for row in rows]
    names = sorted({row[given.column] for row in rows})
    y = torch.tensor([names.index(row[given.column]) for row in rows])
    pixels = np.stack([np.asarray(Image.open(given.pictures / f).convert("RGB")) for f in files])
    x = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - 0.47) / 0.25
    x = x.contiguous(memory_format=torch.channels_last)
    fold = torch.from_numpy(np.random.default_rng(0).permutation(len(x)) % given.folds)
    probabilities = np.zeros((len(x), len(names)), dtype=np.float32)
    for k in range(given.folds):
        model = trained(x[fold != k], y[fold != k], len(names), given.epochs, seed=k)
        with torch.no_grad():
            held = x[fold == k]
            logits = model(held) + model(held.flip(3))
        probabilities[(fold == k).numpy()] = torch.softmax(logits / 2, dim=1).numpy()
        print(f"fold {k}: accuracy {(logits.argmax(1) == y[fold == k]).float().mean():.3f}", flush=True)
    np.savez(given.out, probabilities=probabilities, files=np.array(files), names=np.array(names))


if __name__ == "__main__":
    main()
