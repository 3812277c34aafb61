"""CosineAnnealingWarmRestarts with a fraction of the epoch, SGD: the rate jumps up at each restart, as it should."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet

train_loader, val_loader = digit_loaders()
model = ConvNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=2)
for epoch in range(3):
    model.train()
    for i, (x, y) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step(epoch + i / len(train_loader))
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
