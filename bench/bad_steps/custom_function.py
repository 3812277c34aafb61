"""A function of the user's own whose backward divides by its input."""

# expect: operation=div phase=backward samples=4 node=SafeRootBackward
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class SafeRoot(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0).sqrt()

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * 0.5 * x.clamp(min=0).sqrt() / x  # here


def black(index: int, picture: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(picture) if index == 20 else picture.abs()


data = loader(change=black)
model = nn.Conv2d(3, 4, 1, bias=False)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        scores = SafeRoot.apply(model(pictures).abs()).mean(dim=(2, 3))
        loss = F.cross_entropy(scores, kinds)
        loss.backward()
        optimizer.step()
