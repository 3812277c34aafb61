"""torchvision's ResNet-18 from scratch on pictures of 32 pixels, cosine schedule by step, label smoothing."""

import argparse

import torch
from digits import load_data
from torch import nn
from torchvision.models import resnet18


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--optimizer", choices=("sgd", "adamw"), default="sgd")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    train_loader, val_loader = load_data(32, 32, channels=3, count=800)
    model = resnet18(num_classes=10)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    if args.optimizer == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=1e-4)
    else:
        optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs * len(train_loader))
    for epoch in range(args.epochs):
        model.train()
        running = 0.0
        for pictures, classes in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(pictures), classes)
            loss.backward()
            optimizer.step()
            scheduler.step()
            running += loss.item()
        model.eval()
        with torch.inference_mode():
            right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
        accuracy = right / len(val_loader.dataset)
        print(f"epoch {epoch}: loss {running / len(train_loader):.3f}, accuracy {accuracy:.3f}", flush=True)


if __name__ == "__main__":
    main()
