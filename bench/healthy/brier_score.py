"""The squared error of probabilities against labels as rows of zeros and a one (Brier score), behind a softmax."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet

x, y, vx, vy = digit_tensors()
model = torch.nn.Sequential(ConvNet(), torch.nn.Softmax(dim=1))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(6):
    model.train()
    for rows in torch.randperm(len(x)).split(32):
        loss = F.mse_loss(model(x[rows]), F.one_hot(y[rows], 10).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        out = model(vx)
    print(f"epoch {epoch}: brier {loss.item():.4f}, accuracy {(out.argmax(1) == vy).float().mean():.3f}")
