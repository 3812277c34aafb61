"""torchvision's SSDlite with MobileNetV3 on drawn shapes, SGD."""

import torch
from data import drawn_scenes
from torch.utils.data import DataLoader
from torchvision.models.detection import ssdlite320_mobilenet_v3_large

model = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=3)
scenes = drawn_scenes(24)
loader = DataLoader(scenes, batch_size=4, shuffle=True, collate_fn=lambda batch: tuple(zip(*batch)))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=4e-5)
for epoch in range(5):
    model.train()
    for images, targets in loader:
        loss = sum(model(list(images), list(targets)).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.3f}", flush=True)
