"""Fine-tuning: a backbone trained on half the classes is frozen (its BatchNorm in eval mode), a new head is trained."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from torch.utils.data import DataLoader, TensorDataset

x, y, vx, vy = digit_tensors()
model = ConvNet(classes=10)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for rows in torch.randperm(len(x)).split(32):
    optimizer.zero_grad()
    F.cross_entropy(model(x[rows]), y[rows]).backward()
    optimizer.step()

for p in model.parameters():
    p.requires_grad = False
model.fc = torch.nn.Linear(model.fc.in_features, 2)
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=5e-3)
loader = DataLoader(TensorDataset(x, y % 2), batch_size=32, shuffle=True)
for epoch in range(2):
    model.train()
    model.features.eval()
    for pictures, classes in loader:
        loss = F.cross_entropy(model(pictures), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(f"epoch {epoch}: accuracy {(model(vx).argmax(1) == vy % 2).float().mean():.3f}")
