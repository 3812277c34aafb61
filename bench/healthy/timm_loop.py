"""timm's own pieces: a small ConvNet of timm, its optimizer and scheduler factories, mixup-free loop, ModelEmaV3."""

import timm
import torch
from data import sign_loaders
from timm.optim import create_optimizer_v2
from timm.scheduler import CosineLRScheduler
from timm.utils import AverageMeter, ModelEmaV3, accuracy

train_loader, val_loader = sign_loaders(48, 24, 480)
model = timm.create_model("resnet10t", num_classes=10)
ema = ModelEmaV3(model, decay=0.9)
optimizer = create_optimizer_v2(model, opt="adamw", lr=2e-3, weight_decay=0.02)
updates = len(train_loader)
scheduler = CosineLRScheduler(optimizer, t_initial=4 * updates, warmup_t=10, warmup_lr_init=1e-5, t_in_epochs=False)
loss_fn = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
for epoch in range(4):
    model.train()
    for i, (x, y) in enumerate(train_loader):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ema.update(model)
        scheduler.step_update(epoch * updates + i + 1)
    top1 = AverageMeter()
    for net in (model, ema.module):
        net.eval()
        with torch.inference_mode():
            for x, y in val_loader:
                top1.update(accuracy(net(x), y)[0].item(), len(x))
    print(f"epoch {epoch}: loss {loss.item():.3f}, top1 {top1.avg:.1f}", flush=True)
