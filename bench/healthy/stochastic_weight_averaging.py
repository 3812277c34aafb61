"""SWA: SWALR raises the rate for the last epochs, weights are averaged, update_bn at the end."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn

train_loader, val_loader = digit_loaders()
model = ConvNet()
average = AveragedModel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=2)
swa_scheduler = SWALR(optimizer, swa_lr=0.02, anneal_epochs=1)
for epoch in range(4):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    if epoch >= 2:
        average.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()
    print(f"epoch {epoch}: loss {loss.item():.3f}, rate {optimizer.param_groups[0]['lr']:.3f}")
update_bn(train_loader, average)
average.eval()
with torch.no_grad():
    print(f"accuracy {sum((average(x).argmax(1) == y).sum().item() for x, y in val_loader) / 360:.3f}")
