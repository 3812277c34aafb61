"""BYOL: an online network learns to predict a target network that is its moving average; the loss is a negative cosine."""

import copy

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from torch import nn

x, _, _, _ = digit_tensors()
online = ConvNet(classes=32)
predictor = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32))
target = copy.deepcopy(online).requires_grad_(False)
optimizer = torch.optim.AdamW([*online.parameters(), *predictor.parameters()], lr=1e-3)


def view(pictures):
    return pictures + 0.4 * torch.randn_like(pictures)


for epoch in range(4):
    for rows in torch.randperm(len(x)).split(64):
        a, b = view(x[rows]), view(x[rows])
        with torch.no_grad():
            wanted = target(b)
        loss = -F.cosine_similarity(predictor(online(a)), wanted).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(target.parameters(), online.parameters()):
                slow.lerp_(fast, 0.02)
    print(f"epoch {epoch}: loss {loss.item():.3f}")
