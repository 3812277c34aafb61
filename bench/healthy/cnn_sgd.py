"""A plain CNN, SGD with momentum, no scheduler; accuracy printed after each epoch."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn

train_loader, val_loader = digit_loaders()
model = plain_cnn()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
for epoch in range(3):
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    model.train()
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / len(val_loader.dataset):.3f}")
