"""BatchNorm, AdamW, train and evaluate as functions, as in most tutorials."""

import torch
from data import digit_loaders
from nets import ConvNet
from torch import nn


def train_one_epoch(model, loader, criterion, optimizer):
    model.train()
    total = 0.0
    for inputs, targets in loader:
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
    return total / len(loader.dataset)


@torch.inference_mode()
def evaluate(model, loader, criterion):
    model.eval()
    total, right = 0.0, 0
    for inputs, targets in loader:
        outputs = model(inputs)
        total += criterion(outputs, targets).item() * len(inputs)
        right += (outputs.argmax(1) == targets).sum().item()
    return total / len(loader.dataset), right / len(loader.dataset)


def main():
    train_loader, val_loader = digit_loaders()
    model, criterion = ConvNet(), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    for epoch in range(3):
        loss = train_one_epoch(model, train_loader, criterion, optimizer)
        val_loss, accuracy = evaluate(model, val_loader, criterion)
        print(f"epoch {epoch}: loss {loss:.3f}, val loss {val_loss:.3f}, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
