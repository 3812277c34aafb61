"""Fine-tuning with two rates: the body's is a tenth of the head's, unfrozen after one epoch."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from torch.utils.data import DataLoader, TensorDataset

x, y, vx, vy = digit_tensors()
model = ConvNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for rows in torch.randperm(len(x)).split(32):
    optimizer.zero_grad()
    F.cross_entropy(model(x[rows]), y[rows]).backward()
    optimizer.step()

model.fc = torch.nn.Linear(model.fc.in_features, 5)
loader = DataLoader(TensorDataset(x, y // 2), batch_size=32, shuffle=True)
optimizer = torch.optim.AdamW(
    [{"params": model.features.parameters(), "lr": 2e-4}, {"params": model.fc.parameters(), "lr": 2e-3}]
)
model.features.requires_grad_(False)
for epoch in range(3):
    if epoch == 1:
        model.features.requires_grad_(True)
    model.train()
    for pictures, classes in loader:
        loss = F.cross_entropy(model(pictures), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(f"epoch {epoch}: accuracy {(model(vx).argmax(1) == vy // 2).float().mean():.3f}")
