"""Train a small network to read handwritten digits: an ordinary PyTorch script that knows nothing of traindx.

The pictures are the 1797 digits that come with scikit-learn, enlarged from 8 x 8 to 32 x 32 pixels.
"""

import argparse

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 6
LEARNING_RATE = 0.005


def load_data() -> tuple[DataLoader, DataLoader]:
    digits = load_digits()
    pictures = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    pictures = F.interpolate(pictures, size=(32, 32), mode="bilinear")
    pictures = (pictures - 0.305) / 0.323  # mean and standard deviation over all pictures
    classes = torch.tensor(digits.target)
    order = torch.randperm(len(classes), generator=torch.Generator().manual_seed(0))
    train = TensorDataset(pictures[order[:1437]], classes[order[:1437]])
    val = TensorDataset(pictures[order[1437:]], classes[order[1437:]])
    return DataLoader(train, batch_size=32, shuffle=True), DataLoader(val, batch_size=90)


def make_model() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 64),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(64, 10),
    )


def train_one_epoch(model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer) -> float:
    model.train()
    total = 0.0
    for pictures, classes in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), classes)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def validate(model: nn.Module, loader: DataLoader) -> tuple[float, float]:
    model.eval()
    total = right = 0.0
    with torch.no_grad():
        for pictures, classes in loader:
            scores = model(pictures)
            total += F.cross_entropy(scores, classes).item()
            right += (scores.argmax(1) == classes).float().mean().item()
    return total / len(loader), right / len(loader)


def main() -> None:
    options = argparse.ArgumentParser(description="Train a small network to read handwritten digits.")
    options.add_argument("--seed", type=int, default=0)
    torch.manual_seed(options.parse_args().seed)
    train_loader, val_loader = load_data()
    model = make_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)
    for epoch in range(1, EPOCHS + 1):
        loss = train_one_epoch(model, train_loader, optimizer)
        val_loss, accuracy = validate(model, val_loader)
        print(f"epoch {epoch}: loss {loss:.3f}, validation loss {val_loss:.3f}, accuracy {accuracy:.3f}", flush=True)


if __name__ == "__main__":
    main()
