"""Contrastive learning: two noisy views of each picture, NT-Xent by hand, LARS-like large batch with Adam."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet

x, _, _, _ = digit_tensors()
model = ConvNet(classes=32)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def view(pictures):
    shifted = torch.roll(pictures, tuple(torch.randint(-2, 3, (2,)).tolist()), (2, 3))
    return shifted + 0.3 * torch.randn_like(pictures)


def nt_xent(a, b, temperature=0.3):
    z = F.normalize(torch.cat([a, b]), dim=1)
    similar = z @ z.T / temperature
    similar.fill_diagonal_(float("-inf"))
    n = len(a)
    return F.cross_entropy(similar, torch.cat([torch.arange(n) + n, torch.arange(n)]))


for epoch in range(4):
    for rows in torch.randperm(len(x)).split(64):
        loss = nt_xent(model(view(x[rows])), model(view(x[rows])))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.3f}")
