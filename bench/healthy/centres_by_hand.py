"""Centres of objects on a heat map, as in CenterNet; the batches are cut by hand from lists, without a loader."""

import numpy as np
import torch
from data import drawn_scenes
from torch import nn

SIZE, CELLS, BATCH = 64, 16, 16
rng = np.random.default_rng(0)
torch.manual_seed(0)


def load(count, seed):
    scenes = drawn_scenes(count, SIZE, seed=seed)
    return [(picture.numpy(), target["boxes"].numpy(), target["labels"].numpy()) for picture, target in scenes]


def mirrored(picture, boxes):
    return picture[:, :, ::-1], np.stack([SIZE - boxes[:, 2], boxes[:, 1], SIZE - boxes[:, 0], boxes[:, 3]], axis=1)


def heat_of(boxes, labels):
    heat = np.zeros((2, CELLS, CELLS), np.float32)
    rows, columns = np.mgrid[:CELLS, :CELLS]
    for box, label in zip(boxes, labels):
        x, y = (int(v) for v in (box[:2] + box[2:]) / 2 * CELLS / SIZE)
        heat[label - 1] = np.maximum(heat[label - 1], np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 2))
    return heat


def focal(logits, wanted):
    p = logits.sigmoid().clamp(1e-4, 1 - 1e-4)
    centre = (wanted > 0.99).float()
    others = (1 - centre) * (1 - wanted) ** 4 * p**2 * (1 - p).log()
    return -(centre * (1 - p) ** 2 * p.log() + others).sum() / centre.sum().clamp(min=1)


layers = []
for inside, outside, stride in ((3, 16, 2), (16, 32, 2), (32, 64, 1), (64, 64, 1)):
    layers += [nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]
model = nn.Sequential(*layers, nn.Conv2d(64, 2, 1))
nn.init.constant_(model[-1].bias, -2.2)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
seen, held_back = load(320, 0), load(64, 1)
for epoch in range(8):
    model.train()
    order = rng.permutation(len(seen))
    for start in range(0, len(order), BATCH):
        chosen = [seen[i] for i in order[start : start + BATCH]]
        samples = []
        for picture, boxes, labels in chosen:
            if rng.random() < 0.5:
                picture, boxes = mirrored(picture, boxes)
            samples.append((picture.copy(), boxes, labels))
        pictures = torch.from_numpy(np.stack([s[0] for s in samples]))
        heat = torch.from_numpy(np.stack([heat_of(s[1], s[2]) for s in samples]))
        loss = focal(model(pictures), heat)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    hits = wanted = named = 0
    with torch.no_grad():
        found = model(torch.from_numpy(np.stack([s[0] for s in held_back]))).sigmoid()
        peaks = (found == nn.functional.max_pool2d(found, 3, 1, 1)) & (found > 0.3)
        near = nn.functional.max_pool2d(peaks.float(), 3, 1, 1)
        for cells, (_, boxes, labels) in zip(near, held_back):
            x, y = ((boxes[:, :2] + boxes[:, 2:]) / 2 * CELLS / SIZE).astype(int).T
            hits += int(cells[labels - 1, y, x].sum())
            wanted += len(labels)
        named = int(peaks.sum())
    print(f"epoch {epoch}: loss {loss.item():.3f}, validation F1 {2 * hits / max(wanted + named, 1):.3f}", flush=True)
