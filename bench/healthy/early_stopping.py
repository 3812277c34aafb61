"""Early stopping by break, the best weights kept and loaded again at the end."""

import copy

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn

train_loader, val_loader = digit_loaders(count=320)
model = plain_cnn()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
best, best_state, bad = float("inf"), None, 0
for epoch in range(30):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        val = sum(F.cross_entropy(model(x), y, reduction="sum").item() for x, y in val_loader) / 360
    print(f"epoch {epoch}: train {loss.item():.3f}, val {val:.3f}")
    if val < best - 1e-3:
        best, best_state, bad = val, copy.deepcopy(model.state_dict()), 0
    else:
        bad += 1
        if bad >= 3:
            break
model.load_state_dict(best_state)
torch.save(model.state_dict(), "best.pt")
