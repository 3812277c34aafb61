"""timm's vit_tiny at 32 pixels, AdamW, warm-up by LinearLR then cosine by SequentialLR, stepped each step, clipped at 1."""

import timm
import torch
from data import digit_loaders
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

train_loader, val_loader = digit_loaders(32, 32, channels=3)
model = timm.create_model("vit_tiny_patch16_224", img_size=32, patch_size=8, num_classes=10, depth=3)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
epochs, warm = 4, 20
total = epochs * len(train_loader)
scheduler = SequentialLR(
    optimizer, [LinearLR(optimizer, 0.01, total_iters=warm), CosineAnnealingLR(optimizer, total - warm)], [warm]
)
loss_fn = torch.nn.CrossEntropyLoss()
for epoch in range(epochs):
    model.train()
    for x, y in train_loader:
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}", flush=True)
