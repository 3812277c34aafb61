"""Two classes, one logit, BCEWithLogitsLoss on a squeezed output, RMSprop."""

import torch
import torch.nn as nn
from data import digit_tensors
from nets import plain_cnn
from torch.utils.data import DataLoader, TensorDataset

x, y, vx, vy = digit_tensors()
train_loader = DataLoader(TensorDataset(x, (y > 4).float()), batch_size=32, shuffle=True)
model = plain_cnn(classes=1)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.RMSprop(model.parameters(), lr=5e-4)
for epoch in range(3):
    for images, target in train_loader:
        optimizer.zero_grad()
        logits = model(images).squeeze(1)
        loss = criterion(logits, target)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        accuracy = ((torch.sigmoid(model(vx).squeeze(1)) > 0.5) == (vy > 4)).float().mean()
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {accuracy:.3f}")
