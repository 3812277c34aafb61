"""Metric learning: TripletMarginLoss on normalised embeddings; the loss reaches zero on some batches."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet

x, y, _, _ = digit_tensors()
model = ConvNet(classes=16)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = torch.nn.TripletMarginLoss(margin=0.5)
rows_of = [torch.where(y == c)[0] for c in range(10)]
for step in range(100):
    kinds = torch.randint(0, 10, (32,))
    others = (kinds + torch.randint(1, 10, (32,))) % 10
    pick = [[int(rows_of[c][torch.randint(len(rows_of[c]), ())]) for c in cs.tolist()] for cs in (kinds, kinds, others)]
    anchor, positive, negative = (F.normalize(model(x[rows]), dim=1) for rows in pick)
    loss = criterion(anchor, positive, negative)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 19:
        print(f"step {step}: {loss.item():.3f}")
