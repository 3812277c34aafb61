"""An exponential moving average of the weights by AveragedModel; the average is what is validated."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

train_loader, val_loader = digit_loaders()
model = ConvNet()
ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.95), use_buffers=True)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ema.update_parameters(model)
    ema.eval()
    with torch.no_grad():
        right = sum((ema(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy of the average {right / 360:.3f}")
