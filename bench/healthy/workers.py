"""A Dataset class with augmentation and two loader workers."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from torch.utils.data import DataLoader, Dataset


class Digits(Dataset):
    def __init__(self, pictures, classes, augment):
        self.pictures, self.classes, self.augment = pictures, classes, augment

    def __len__(self):
        return len(self.classes)

    def __getitem__(self, i):
        x = self.pictures[i]
        if self.augment:
            dx, dy = torch.randint(-1, 2, (2,)).tolist()
            x = torch.roll(x, (dy, dx), (1, 2)) + 0.1 * torch.randn_like(x)
        return x, self.classes[i]


x, y, vx, vy = digit_tensors()

if __name__ == "__main__":
    train_loader = DataLoader(Digits(x, y, True), batch_size=32, shuffle=True, num_workers=2)
    val_loader = DataLoader(Digits(vx, vy, False), batch_size=90, num_workers=2)
    model = ConvNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(3):
        model.train()
        for pictures, classes in train_loader:
            loss = F.cross_entropy(model(pictures), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = sum((model(a).argmax(1) == b).sum().item() for a, b in val_loader)
        print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
