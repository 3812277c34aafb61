"""Several labels a picture with BCEWithLogitsLoss and pos_weight, Adam with a plateau scheduler fed the validation loss."""

import torch
from data import digit_tensors
from nets import ConvNet
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

x, y, vx, vy = digit_tensors()


def labels(digit):
    return torch.stack([digit % 2 == 0, digit > 4, (digit % 3 == 0), digit == 7], 1).float()


positive = labels(y).mean(0)
criterion = nn.BCEWithLogitsLoss(pos_weight=(1 - positive) / positive)
model = ConvNet(classes=4)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
loader = DataLoader(TensorDataset(x, labels(y)), batch_size=32, shuffle=True, drop_last=True)
for epoch in range(3):
    model.train()
    for pictures, wanted in loader:
        optimizer.zero_grad()
        loss = criterion(model(pictures), wanted)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        out = model(vx)
        val_loss = criterion(out, labels(vy))
    scheduler.step(val_loss)
    print(f"epoch {epoch}: {val_loss:.3f}, right {((out > 0) == labels(vy).bool()).float().mean():.3f}")
