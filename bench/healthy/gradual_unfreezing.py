"""Fine-tuning block by block: first the head, then one block more each epoch at a lower rate, frozen ones in eval mode."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet

x, y, vx, vy = digit_tensors()
model = ConvNet(classes=2)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for rows in torch.randperm(len(x)).split(32):  # what is known before: even or odd
    optimizer.zero_grad()
    F.cross_entropy(model(x[rows]), y[rows] % 2).backward()
    optimizer.step()

blocks = [model.features[6:9], model.features[3:6], model.features[0:3]]
model.requires_grad_(False)
model.fc = torch.nn.Linear(model.fc.in_features, 10)
optimizer = torch.optim.AdamW(model.fc.parameters(), lr=5e-3)
for epoch in range(7):
    if epoch in (2, 3, 4):
        blocks[epoch - 2].requires_grad_(True)
        optimizer.add_param_group({"params": list(blocks[epoch - 2].parameters()), "lr": 5e-3 / 2 ** (epoch - 1)})
    model.train()
    for block in blocks[max(0, epoch - 1) :]:
        block.eval()
    for rows in torch.randperm(len(x)).split(32):
        loss = F.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = (model(vx).argmax(1) == vy).float().mean()
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right:.3f}")
