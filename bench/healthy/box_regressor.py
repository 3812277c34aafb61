"""One object in each picture, its corners as shares by smooth L1; pictures are mirrored with their boxes. Overlap in validation."""

import random

import torch
from data import drawn_scenes
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.ops import box_iou

SIZE = 64


class OneObject(Dataset):
    """The first object of each drawn scene, painted anew on noise of its own."""

    def __init__(self, count, seed, mirror):
        scenes = drawn_scenes(count, SIZE, seed)
        self.boxes = [target["boxes"][0] for _, target in scenes]
        self.pictures = [self.painted(picture, box) for (picture, _), box in zip(scenes, self.boxes)]
        self.mirror = mirror

    def painted(self, picture, box):
        x1, y1, x2, y2 = (int(v) for v in box)
        alone = torch.rand(3, SIZE, SIZE) * 0.3
        alone[:, y1:y2, x1:x2] = picture[:, y1:y2, x1:x2]
        return alone

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, index):
        picture, box = self.pictures[index], self.boxes[index] / SIZE
        if self.mirror and random.random() < 0.5:
            picture = picture.flip(2)
            box = torch.stack([1 - box[2], box[1], 1 - box[0], box[3]])
        return picture, box


layers = []
for inside, outside in ((3, 16), (16, 32), (32, 64)):
    layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU(), nn.MaxPool2d(2)]
model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 64, 128), nn.ReLU(), nn.Linear(128, 4), nn.Sigmoid())
loader = DataLoader(OneObject(384, 0, mirror=True), batch_size=16, shuffle=True)
held_back = DataLoader(OneObject(64, 1, mirror=False), batch_size=16)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.SmoothL1Loss(beta=0.1)
for epoch in range(8):
    model.train()
    for pictures, boxes in loader:
        loss = criterion(model(pictures), boxes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        overlaps = [box_iou(model(pictures), boxes).diagonal() for pictures, boxes in held_back]
    print(f"epoch {epoch}: loss {loss.item():.4f}, validation overlap {torch.cat(overlaps).mean():.3f}", flush=True)
