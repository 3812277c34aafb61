"""An optimizer of one's own (Lion), a subclass of torch.optim.Optimizer; model.zero_grad() in place of the optimizer's."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["average"] = torch.zeros_like(p)
                average, (b1, b2) = state["average"], group["betas"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_((average * b1 + p.grad * (1 - b1)).sign(), alpha=-group["lr"])
                average.lerp_(p.grad, 1 - b2)


train_loader, val_loader = digit_loaders()
model = ConvNet()
optimizer = Lion(model.parameters(), lr=5e-4, weight_decay=0.01)
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        model.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
