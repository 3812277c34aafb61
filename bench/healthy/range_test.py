"""A range test: the rate is raised until the loss explodes; then the weights are restored and trained at a tenth of it."""

import copy

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn

train_loader, val_loader = digit_loaders()
model = plain_cnn()
start = copy.deepcopy(model.state_dict())
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
best, best_rate = float("inf"), 1e-4
for x, y in train_loader:
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if loss.item() < best:
        best, best_rate = loss.item(), optimizer.param_groups[0]["lr"]
    if not loss.item() < 4 * best:
        break
    optimizer.param_groups[0]["lr"] *= 1.35
print(f"lowest loss at a rate of {best_rate:.3g}")

model.load_state_dict(start)
optimizer = torch.optim.SGD(model.parameters(), lr=min(best_rate / 3, 0.05), momentum=0.9)
for epoch in range(3):
    for x, y in train_loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
