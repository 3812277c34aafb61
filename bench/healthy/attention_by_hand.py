"""A small vision transformer of one's own, by `scaled_dot_product_attention` with dropout in training; AdamW and cosine."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn


class Attention(nn.Module):
    """Several heads over all patches."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.dropout = heads, 0.2
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, patches, width = x.shape
        q, k, v = self.qkv(x).view(n, patches, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout if self.training else 0.0)
        return self.out(y.transpose(1, 2).reshape(n, patches, width))


class Block(nn.Module):
    """Attention and two linear layers, each beside a way around it."""

    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width), Attention(width, heads))
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.mlp(x)


class Transformer(nn.Module):
    """Patches of 4 x 4, three blocks, the mean over patches."""

    def __init__(self, width=48):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 4, 4)
        self.places = nn.Parameter(torch.randn(1, 16, width) * 0.02)
        self.blocks = nn.Sequential(*(Block(width, 4) for _ in range(3)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.places
        return self.head(self.norm(self.blocks(x)).mean(1))


train_loader, val_loader = digit_loaders()
model, epochs = Transformer(), 6
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
total = epochs * len(train_loader)
warm = total // 10
scheduler = torch.optim.lr_scheduler.SequentialLR(
    optimizer,
    [
        torch.optim.lr_scheduler.LinearLR(optimizer, 0.01, total_iters=warm),
        torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total - warm),
    ],
    [warm],
)
for epoch in range(epochs):
    model.train()
    for x, y in train_loader:
        loss = F.cross_entropy(model(x), y, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
