"""Set prediction by hand, as in DETR: queries, Hungarian matching by classes, distance and generalized overlap; padded targets."""

import torch
import torch.nn.functional as F
from data import drawn_scenes
from scipy.optimize import linear_sum_assignment
from torch import nn
from torch.utils.data import DataLoader
from torchvision.ops import box_convert, box_iou, generalized_box_iou

SIZE, QUERIES, PADDED, NOTHING = 64, 8, 4, 2


def encode(scene):
    picture, target = scene
    boxes, labels, count = torch.zeros(PADDED, 4), torch.full((PADDED,), -1), len(target["labels"])
    boxes[:count] = box_convert(target["boxes"] / SIZE, "xyxy", "cxcywh")
    labels[:count] = target["labels"] - 1
    return picture, boxes, labels


class SetPredictor(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        layers = []
        for inside, outside in ((3, 24), (24, 48), (48, width)):
            layers += [nn.Conv2d(inside, outside, 3, 2, 1), nn.BatchNorm2d(outside), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.places = nn.Parameter(torch.randn(64, width) * 0.1)
        self.queries = nn.Parameter(torch.randn(QUERIES, width))
        self.transformer = nn.Transformer(width, 4, 1, 2, 128, dropout=0.0, batch_first=True)
        self.classes, self.box = nn.Linear(width, NOTHING + 1), nn.Linear(width, 4)

    def forward(self, x):
        shown = self.body(x).flatten(2).transpose(1, 2) + self.places
        found = self.transformer(shown, self.queries.expand(len(x), -1, -1))
        return self.classes(found), self.box(found).sigmoid()


def corners(boxes):
    return box_convert(boxes, "cxcywh", "xyxy")


@torch.no_grad()
def matched(logits, boxes, wanted, labels):
    cost = 5 * torch.cdist(boxes, wanted, p=1) - logits.softmax(-1)[:, labels]
    cost = cost - 2 * generalized_box_iou(corners(boxes), corners(wanted))
    return (torch.as_tensor(side) for side in linear_sum_assignment(cost))


def loss_of(logits, boxes, wanted, labels):
    classes, distance, overlap, count = torch.full(logits.shape[:2], NOTHING), 0.0, 0.0, 0
    for n in range(len(logits)):
        real = labels[n] >= 0
        own, ids = wanted[n][real], labels[n][real]
        query, which = matched(logits[n], boxes[n], own, ids)
        classes[n, query] = ids[which]
        distance += F.l1_loss(boxes[n, query], own[which], reduction="sum")
        overlap += (1 - generalized_box_iou(corners(boxes[n, query]), corners(own[which])).diagonal()).sum()
        count += len(which)
    named = F.cross_entropy(logits.flatten(0, 1), classes.flatten(), torch.tensor([1.0, 1.0, 0.2]))
    return named + 5 * distance / count + 2 * overlap / count


loader = DataLoader([encode(s) for s in drawn_scenes(320, SIZE)], batch_size=16, shuffle=True)
held_back = DataLoader([encode(s) for s in drawn_scenes(64, SIZE, seed=1)], batch_size=16)
model = SetPredictor()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=1e-4)
for epoch in range(10):
    model.train()
    for pictures, wanted, labels in loader:
        loss = loss_of(*model(pictures), wanted, labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    model.eval()
    overlaps = []
    with torch.no_grad():
        for pictures, wanted, labels in held_back:
            for found, own, ids in zip(model(pictures)[1], wanted, labels):
                overlaps.append(box_iou(corners(own[ids >= 0]), corners(found)).amax(1))
    print(
        f"epoch {epoch}: loss {loss.item():.3f}, best overlap in validation {torch.cat(overlaps).mean():.3f}",
        flush=True,
    )
