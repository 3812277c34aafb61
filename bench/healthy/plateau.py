"""ReduceLROnPlateau once an epoch on the validation loss; training long enough that the rate falls."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn

train_loader, val_loader = digit_loaders(count=480)
model = plain_cnn()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", factor=0.3, patience=1)
for epoch in range(10):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    val_loss, right = 0.0, 0
    with torch.no_grad():
        for x, y in val_loader:
            out = model(x)
            val_loss += F.cross_entropy(out, y, reduction="sum").item() / 360
            right += (out.argmax(1) == y).sum().item()
    scheduler.step(val_loss)
    print(f"epoch {epoch}: val {val_loss:.3f}, accuracy {right / 360:.3f}, lr {optimizer.param_groups[0]['lr']}")
