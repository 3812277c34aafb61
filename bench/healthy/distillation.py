"""A small student learns from a frozen teacher that was trained first in the same script."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet, plain_cnn

train_loader, val_loader = digit_loaders()
teacher, student = ConvNet(width=32), plain_cnn()


def accuracy(model):
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader) / 360


optimizer = torch.optim.Adam(teacher.parameters(), lr=3e-3)
for x, y in train_loader:
    optimizer.zero_grad()
    F.cross_entropy(teacher(x), y).backward()
    optimizer.step()
print(f"teacher: {accuracy(teacher):.3f}")
for p in teacher.parameters():
    p.requires_grad_(False)
optimizer = torch.optim.Adam(student.parameters(), lr=1e-3)
for epoch in range(2):
    student.train()
    for x, y in train_loader:
        with torch.no_grad():
            soft = teacher(x)
        out = student(x)
        kl = F.kl_div(F.log_softmax(out / 3, 1), F.softmax(soft / 3, 1), reduction="batchmean") * 9
        loss = 0.7 * kl + 0.3 * F.cross_entropy(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"student, epoch {epoch}: loss {loss.item():.3f}, accuracy {accuracy(student):.3f}")
