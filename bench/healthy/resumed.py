"""Trains, saves model, optimizer, scheduler and epoch, then builds all anew, loads the state and goes on."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet

train_loader, val_loader = digit_loaders()


def build():
    model = ConvNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    return model, optimizer, torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[2], gamma=0.1)


def train(model, optimizer, scheduler, epochs):
    for epoch in epochs:
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        scheduler.step()
        model.eval()
        with torch.no_grad():
            right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
        print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
        torch.save({**state, "epoch": epoch + 1}, "checkpoint.pt")


train(*build(), range(2))
model, optimizer, scheduler = build()
saved = torch.load("checkpoint.pt", weights_only=True)
model.load_state_dict(saved["model"])
optimizer.load_state_dict(saved["optimizer"])
scheduler.load_state_dict(saved["scheduler"])
train(model, optimizer, scheduler, range(saved["epoch"], 4))
