"""The usual test that one batch can be learned by heart: the same 16 pictures at each step."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn

loader, _ = digit_loaders(batch=16)
x, y = next(iter(loader))
model = plain_cnn()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(80):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
assert loss.item() < 0.3
