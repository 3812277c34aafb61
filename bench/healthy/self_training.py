"""Self-training: a network trained on few labels names the other pictures, and learns from those it is sure of."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet

x, y, vx, vy = digit_tensors()
labelled, others = torch.arange(240), torch.arange(240, len(x))
model = ConvNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)


def fit(pictures, classes, epochs, what):
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(pictures)).split(32):
            loss = F.cross_entropy(model(pictures[rows]), classes[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = (model(vx).argmax(1) == vy).float().mean()
        print(f"{what} {epoch}: loss {loss.item():.3f}, accuracy {right:.3f}")


fit(x[labelled], y[labelled], 8, "labelled")
for turn in range(2):
    with torch.no_grad():
        sure, named = F.softmax(model(x[others]), 1).max(1)
    kept = sure > 0.8
    print(f"kept {kept.sum().item()} of {len(others)}")
    fit(torch.cat([x[labelled], x[others][kept]]), torch.cat([y[labelled], named[kept]]), 3, f"turn {turn}, epoch")
