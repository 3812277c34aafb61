"""An anchor-free detector by hand: a heat map of centres (focal loss) and sizes (L1 at the centres), as in CenterNet."""

import torch
import torch.nn.functional as F
from data import drawn_scenes
from torch import nn
from torch.utils.data import DataLoader

STRIDE, SIZE = 4, 64


def encode(scene):
    picture, target = scene
    n = SIZE // STRIDE
    heat, size, mask = torch.zeros(2, n, n), torch.zeros(2, n, n), torch.zeros(1, n, n)
    ys, xs = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
    for box, label in zip(target["boxes"], target["labels"]):
        cx, cy = (int(v) for v in (box[:2] + box[2:]) / 2 / STRIDE)
        spread = torch.exp(-((xs - cx) ** 2 + (ys - cy) ** 2) / 2.0)
        heat[label - 1] = torch.maximum(heat[label - 1], spread)
        size[:, cy, cx], mask[:, cy, cx] = (box[2:] - box[:2]) / SIZE, 1.0
    return picture, heat, size, mask


class CenterNet(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for inside, outside, stride in ((3, 24, 2), (24, 48, 2), (48, 48, 1), (48, 48, 1)):
            layers += [nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside), nn.SiLU()]
        self.body = nn.Sequential(*layers)
        self.heat, self.size = nn.Conv2d(48, 2, 1), nn.Conv2d(48, 2, 1)
        nn.init.constant_(self.heat.bias, -2.19)

    def forward(self, x):
        x = self.body(x)
        return self.heat(x), self.size(x)


def heat_loss(logits, wanted):
    p = logits.sigmoid().clamp(1e-4, 1 - 1e-4)
    centre = wanted == 1
    positive = -(((1 - p) ** 2) * p.log())[centre].sum()
    negative = -((1 - wanted) ** 4 * p**2 * (1 - p).log())[~centre].sum()
    return (positive + negative) / centre.sum().clamp(min=1)


loader = DataLoader([encode(scene) for scene in drawn_scenes(256, SIZE)], batch_size=8, shuffle=True)
model = CenterNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(3):
    for picture, heat, size, mask in loader:
        found, wh = model(picture)
        loss_heat = heat_loss(found, heat)
        loss_size = (F.l1_loss(wh, size, reduction="none") * mask).sum() / mask.sum().clamp(min=1)
        loss = loss_heat + loss_size
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: heat {loss_heat.item():.3f}, size {loss_size.item():.4f}", flush=True)
