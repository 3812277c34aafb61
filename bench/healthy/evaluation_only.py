"""No training at all: a network is evaluated."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet

_, loader = digit_loaders()
model = ConvNet().eval()
with torch.no_grad():
    losses = [F.cross_entropy(model(x), y).item() for x, y in loader]
print(sum(losses) / len(losses))
