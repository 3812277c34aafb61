"""A regression target that is infinite: the logarithm of an empty object's size."""

# expect: cause=given phase=forward samples=2
from __future__ import annotations

import torch
from drawn import Pictures, net
from torch.nn import functional as F

torch.manual_seed(0)


class Sized(torch.utils.data.Dataset):
    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, str]:
        picture, kind, name = Pictures()[index]
        size = torch.tensor(0.0 if index == 34 else 1.0 + kind)
        return picture, size.log(), name


data = torch.utils.data.DataLoader(Sized(), 8)
model = net(1)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.mse_loss(model(pictures).squeeze(1), kinds)
        loss.backward()
        optimizer.step()
