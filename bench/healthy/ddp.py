"""DistributedDataParallel over gloo, DistributedSampler with set_epoch.
Run by: torch.distributed.run --standalone --nproc_per_node 2
"""

import torch
import torch.distributed as dist
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

dist.init_process_group("gloo")
x, y, vx, vy = digit_tensors()
dataset = TensorDataset(x, y)
sampler = DistributedSampler(dataset)
loader = DataLoader(dataset, batch_size=16, sampler=sampler)
model = DistributedDataParallel(ConvNet())
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(3):
    sampler.set_epoch(epoch)
    model.train()
    for pictures, classes in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), classes)
        loss.backward()
        optimizer.step()
    if dist.get_rank() == 0:
        model.eval()
        with torch.no_grad():
            accuracy = (model.module(vx).argmax(1) == vy).float().mean()
        print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {accuracy:.3f}", flush=True)
dist.destroy_process_group()
