"""torchvision's RetinaNet (anchors, focal loss) on drawn shapes, AdamW, clipped."""

import torch
from data import drawn_scenes
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator


def collate(batch):
    return [picture for picture, _ in batch], [target for _, target in batch]


def block(inside, outside):
    return [torch.nn.Conv2d(inside, outside, 3, 2, 1), torch.nn.GroupNorm(8, outside), torch.nn.ReLU()]


backbone = torch.nn.Sequential(*block(3, 32), *block(32, 48), *block(48, 64))
backbone.out_channels = 64
anchors = AnchorGenerator(((20, 28, 38),), ((1.0,),))
model = RetinaNet(backbone, num_classes=3, anchor_generator=anchors, min_size=96, max_size=96)
loader = torch.utils.data.DataLoader(drawn_scenes(120), batch_size=4, shuffle=True, collate_fn=collate)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=1e-4)
model.train()
for epoch in range(3):
    for images, targets in loader:
        losses = model(images, targets)
        loss = losses["classification"] + losses["bbox_regression"]
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.3f}", flush=True)
