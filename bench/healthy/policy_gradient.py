"""Reinforcement: a policy guesses the digit and is told only whether it is right; the loss rises and falls around zero."""

import torch
from data import digit_loaders
from nets import plain_cnn

loader, _ = digit_loaders(batch=64)
model = plain_cnn()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
baseline = 0.1
for epoch in range(6):
    for x, y in loader:
        chosen = torch.distributions.Categorical(logits=model(x))
        action = chosen.sample()
        reward = (action == y).float()
        loss = -(chosen.log_prob(action) * (reward - baseline)).mean() - 0.01 * chosen.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    print(f"epoch {epoch}: reward {baseline:.3f}, loss {loss.item():.3f}")
