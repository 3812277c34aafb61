"""Cross validation: three folds, each with a new network and optimizer."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import ConvNet
from sklearn.model_selection import KFold
from torch.utils.data import DataLoader, Subset, TensorDataset

x, y, _, _ = digit_tensors(count=960)
dataset = TensorDataset(x, y)
for fold, (train, val) in enumerate(KFold(3, shuffle=True, random_state=0).split(x)):
    model = ConvNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loader = DataLoader(Subset(dataset, train), batch_size=32, shuffle=True)
    for _epoch in range(3):
        model.train()
        for a, b in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(a), b)
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        print(f"fold {fold}: accuracy {(model(x[val]).argmax(1) == y[val]).float().mean():.3f}")
