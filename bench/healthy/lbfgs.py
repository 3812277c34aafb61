"""LBFGS with a closure on all pictures, 20 outer steps."""

import torch
import torch.nn.functional as F
from data import digit_tensors

x, y, vx, vy = digit_tensors(8)
model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10))
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4, history_size=10)
for step in range(30):

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y) + 1e-3 * sum(p.square().sum() for p in model.parameters())
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    if step % 10 == 9:
        with torch.no_grad():
            print(f"step {step}: {loss.item():.3f}, accuracy {(model(vx).argmax(1) == vy).float().mean():.3f}")
