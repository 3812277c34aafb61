"""Hugging Face's Accelerate: prepare, accumulate, accelerator.backward."""

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from data import digit_loaders
from nets import ConvNet

accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
train_loader, val_loader = digit_loaders(batch=16)
model = ConvNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, total_iters=80)
model, optimizer, train_loader, scheduler = accelerator.prepare(model, optimizer, train_loader, scheduler)
for epoch in range(2):
    model.train()
    for x, y in train_loader:
        with accelerator.accumulate(model):
            loss = F.cross_entropy(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
