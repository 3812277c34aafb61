"""An IterableDataset that draws without end, ended after so many steps; validated every 40 steps."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from torch.utils.data import DataLoader, IterableDataset

x, y, vx, vy = digit_tensors()


class Stream(IterableDataset):
    def __iter__(self):
        while True:
            i = int(torch.randint(len(x), ()))
            yield x[i], y[i]


model = ConvNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step, (pictures, classes) in enumerate(DataLoader(Stream(), batch_size=32), 1):
    loss = F.cross_entropy(model(pictures), classes)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 0:
        model.eval()
        with torch.no_grad():
            print(f"step {step}: loss {loss.item():.3f}, accuracy {(model(vx).argmax(1) == vy).float().mean():.3f}")
        model.train()
    if step == 120:
        break
