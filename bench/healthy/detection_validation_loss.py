"""RetinaNet validated by its loss: in train mode, because it returns losses only there, under no_grad."""

import torch
from data import drawn_scenes
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator


def collate(batch):
    return [picture for picture, _ in batch], [target for _, target in batch]


def block(inside, outside):
    return [torch.nn.Conv2d(inside, outside, 3, 2, 1), torch.nn.GroupNorm(8, outside), torch.nn.ReLU()]


backbone = torch.nn.Sequential(*block(3, 32), *block(32, 48), *block(48, 48))
backbone.out_channels = 48
anchors = AnchorGenerator(((20, 28, 38),), ((1.0,),))
model = RetinaNet(backbone, num_classes=3, anchor_generator=anchors, min_size=96, max_size=96)
loader = torch.utils.data.DataLoader(drawn_scenes(96), batch_size=4, shuffle=True, collate_fn=collate)
val_loader = torch.utils.data.DataLoader(drawn_scenes(16, seed=1), batch_size=4, collate_fn=collate)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
for epoch in range(3):
    model.train()
    for images, targets in loader:
        loss = sum(model(images, targets).values())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    with torch.no_grad():
        val = sum(sum(model(images, targets).values()).item() for images, targets in val_loader) / len(val_loader)
    print(f"epoch {epoch}: train {loss.item():.3f}, validation {val:.3f}", flush=True)
