"""Wasserstein GAN: three steps of the critic with a gradient penalty (create_graph) for one of the generator."""

import torch
from data import digit_loaders
from torch import nn

loader, _ = digit_loaders(size=8, batch=64)
G = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64))
critic = nn.Sequential(nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=5e-4, betas=(0.0, 0.9))
opt_c = torch.optim.Adam(critic.parameters(), lr=5e-4, betas=(0.0, 0.9))
step = 0
for epoch in range(6):
    for real, _ in loader:
        real = real.flatten(1)
        fake = G(torch.randn(len(real), 16)).detach()
        share = torch.rand(len(real), 1)
        mixed = (share * real + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        loss_c = critic(fake).mean() - critic(real).mean() + 10 * (slope.norm(dim=1) - 1).square().mean()
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
        step += 1
        if step % 3 == 0:
            loss_g = -critic(G(torch.randn(len(real), 16))).mean()
            opt_g.zero_grad()
            loss_g.backward()
            opt_g.step()
    print(f"epoch {epoch}: critic {loss_c.item():.3f}, generator {loss_g.item():.3f}")
