"""A plain convolutional network without normalisation layers, trained at one constant rate."""

import argparse

import torch
import torch.nn.functional as F
from digits import load_data
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--lr", type=float, default=0.02)
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--optimizer", choices=("sgd", "adamw"), default="sgd")
args = parser.parse_args()

torch.manual_seed(args.seed)
train_loader, val_loader = load_data(24, 32)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 32, 3, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(32 * 6 * 6, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
if args.optimizer == "sgd":
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
else:
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

for epoch in range(args.epochs):
    for pictures, classes in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), classes)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / len(val_loader.dataset):.3f}", flush=True)
