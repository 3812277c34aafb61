"""A small U-Net: segmentation of drawn shapes, pixels at edges ignored, Adam."""

import torch
import torch.nn.functional as F
from data import drawn_masks
from torch import nn
from torch.utils.data import DataLoader


def double(inside, outside):
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1),
        nn.BatchNorm2d(outside),
        nn.ReLU(),
        nn.Conv2d(outside, outside, 3, padding=1),
        nn.BatchNorm2d(outside),
        nn.ReLU(),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.middle = double(3, 16), double(16, 32), double(32, 32)
        self.up2, self.up1 = double(64, 16), double(32, 16)
        self.out = nn.Conv2d(16, 3, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.middle(F.max_pool2d(b, 2))
        b = self.up2(torch.cat([F.interpolate(c, scale_factor=2), b], 1))
        return self.out(self.up1(torch.cat([F.interpolate(b, scale_factor=2), a], 1)))


train_loader = DataLoader(drawn_masks(240), batch_size=8, shuffle=True)
val_loader = DataLoader(drawn_masks(40, seed=1), batch_size=20)
model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss(ignore_index=255)
for epoch in range(2):
    model.train()
    for images, masks in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(images), masks)
        loss.backward()
        optimizer.step()
    model.eval()
    shared = either = 0
    with torch.no_grad():
        for images, masks in val_loader:
            found = model(images).argmax(1)
            real = masks != 255
            shared += ((found == masks) & (masks > 0) & real).sum().item()
            either += (((found > 0) | (masks > 0)) & real).sum().item()
    print(f"epoch {epoch}: loss {loss.item():.3f}, IoU {shared / either:.3f}", flush=True)
