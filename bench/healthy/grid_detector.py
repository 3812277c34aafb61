"""A detector of one's own on a grid of cells, as in YOLO: a confidence, a box and a class in each; validated by overlap."""

import torch
import torch.nn.functional as F
from data import drawn_scenes
from torch import nn
from torch.utils.data import DataLoader
from torchvision.ops import box_convert, box_iou, nms

SIZE, CELLS = 64, 8


def encode(scene):
    picture, target = scene
    grid = torch.zeros(CELLS, CELLS, 7)
    boxes = box_convert(target["boxes"] / SIZE, "xyxy", "cxcywh")
    for (x, y, w, h), label in zip(boxes.tolist(), target["labels"].tolist()):
        column, row = int(x * CELLS), int(y * CELLS)
        grid[row, column, :5] = torch.tensor([1.0, x * CELLS - column, y * CELLS - row, w, h])
        grid[row, column, 4 + label] = 1.0
    return picture, grid, target["boxes"] / SIZE


def collate(samples):
    pictures, grids, boxes = zip(*samples)
    return torch.stack(pictures), torch.stack(grids), list(boxes)


def loss_of(found, grid):
    holds = grid[..., 0] > 0
    confidence = F.binary_cross_entropy_with_logits(found[..., 0], grid[..., 0], pos_weight=torch.tensor(8.0))
    place = F.mse_loss(found[..., 1:5].sigmoid()[holds], grid[..., 1:5][holds])
    return confidence + 5 * place + F.cross_entropy(found[..., 5:][holds], grid[..., 5:][holds])


def decode(found):
    rows, columns = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
    for cells in found:
        x, y, w, h = cells[..., 1:5].sigmoid().unbind(-1)
        boxes = torch.stack([(x + columns) / CELLS, (y + rows) / CELLS, w, h], -1)
        scores = cells[..., 0].sigmoid()
        sure = scores > 0.5
        boxes = box_convert(boxes[sure], "cxcywh", "xyxy")
        yield boxes[nms(boxes, scores[sure], 0.4)]


layers = []
for inside, outside, stride in ((3, 16, 2), (16, 32, 2), (32, 64, 2), (64, 64, 1), (64, 64, 1)):
    layers += [nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.LeakyReLU(0.1)]
model = nn.Sequential(*layers, nn.Conv2d(64, 7, 1))
loader = DataLoader([encode(s) for s in drawn_scenes(320, SIZE)], batch_size=16, shuffle=True, collate_fn=collate)
held_back = DataLoader([encode(s) for s in drawn_scenes(64, SIZE, seed=1)], batch_size=16, collate_fn=collate)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(8):
    model.train()
    for pictures, grids, _ in loader:
        loss = loss_of(model(pictures).permute(0, 2, 3, 1), grids)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    found = count = 0
    with torch.no_grad():
        for pictures, _, wanted in held_back:
            for boxes, labels in zip(decode(model(pictures).permute(0, 2, 3, 1)), wanted):
                count += len(labels)
                if len(boxes):
                    found += (box_iou(labels, boxes).amax(1) > 0.5).sum().item()
    print(f"epoch {epoch}: loss {loss.item():.3f}, validation recall {found / count:.3f}", flush=True)
