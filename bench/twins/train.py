"""A usual training of a stock classifier on photographs of finger signs, with a fault on request: `--model NAME --fault NAME`.

SIGN_DIGITS names the folder of class folders. `--weights FILE` begins with trained weights, all but the last layer; `--save FILE`
keeps those of the end.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import timm
import torch
import torchvision
from faults import Deaf, Gram, silent, small_statistics, with_dropout
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="resnet18")
parser.add_argument("--fault", default="")
parser.add_argument("--weights", default="")
parser.add_argument("--save", default="")
parser.add_argument("--size", type=int, default=32)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--count", type=int, default=480)
parser.add_argument("--epochs", type=int, default=6)
parser.add_argument("--lr", type=float, default=0.0)
parser.add_argument("--augment", action="store_true")
args = parser.parse_args()
fault = args.fault
torch.manual_seed(0)


def opened(path):
    """The picture, the few large ones read at an eighth of their size."""
    picture = Image.open(path)
    picture.draft("RGB", (args.size, args.size))
    return picture.convert("RGB")


class Signs(Dataset):
    def __init__(self):
        files = sorted(Path(os.environ["SIGN_DIGITS"]).glob("*/*.JPG"))
        files = [files[i] for i in np.random.default_rng(0).permutation(len(files))[: args.count]]
        self.pictures = [np.array(opened(f).resize((args.size, args.size))) for f in files]
        self.classes = [int(f.parent.name) for f in files]
        if fault == "shuffled-labels":
            self.classes = [self.classes[i] for i in np.random.default_rng(1).permutation(len(files))]
        steps = [v2.ToImage(), v2.ToDtype(torch.float32, scale=fault != "not-scaled"), v2.Normalize(MEAN, DEVIATION)]
        if args.augment:
            steps[1:1] = [v2.RandomResizedCrop(args.size, scale=(0.5, 1.0)), v2.ColorJitter(0.2, 0.2)]
        if fault == "augmentation-too-strong":
            steps[1:1] = [v2.RandomResizedCrop(args.size, scale=(0.001, 0.004)), v2.RandomRotation(180)]
        if fault == "normalised-twice":
            steps.append(v2.Normalize(MEAN, DEVIATION))
        self.transform = v2.Compose(steps)

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        picture = self.pictures[index]
        if fault == "channels-swapped":
            picture = picture[..., ::-1].copy()
        return self.transform(picture), self.classes[index]


def build(name):
    if name.startswith("timm:"):
        return timm.create_model(name[5:], num_classes=10)
    sized = {"image_size": args.size, "patch_size": 8} if name == "tiny_vit" else {}
    if name == "tiny_vit":
        return torchvision.models.VisionTransformer(
            **sized, num_layers=3, num_heads=4, hidden_dim=64, mlp_dim=128, num_classes=10
        )
    return torchvision.models.get_model(name, weights=None, num_classes=10)


model = build(args.model)
if args.weights:
    known = {k: v for k, v in torch.load(args.weights).items() if not k.startswith(("fc.", "classifier."))}
    model.load_state_dict(known, strict=False)
if fault == "amp-overflow":
    model = Gram(10)
if fault == "dead-relu":
    silent(model)
if fault == "inputs-replaced":
    model = Deaf(model)
if fault == "batchnorm-stats-stale":
    small_statistics(model, 0.0001)
if fault == "dropout-too-high":
    with_dropout(model, 0.93)
model.train()
if fault == "ema-lag":
    follow = torch.optim.swa_utils.get_ema_multi_avg_fn(0.9995)
    ema = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=follow)
batch = 2 if fault == "batchnorm-small-batch" else args.batch
loader = DataLoader(Signs(), batch_size=batch, shuffle=True, drop_last=True)
adaptive = any(w in args.model for w in ("vit", "convnext", "swin", "mixer", "deit"))
rate = args.lr or (1e-3 if adaptive else 0.01 * batch / 16)
kind = torch.optim.AdamW if adaptive else lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, weight_decay=1e-4)
optimizer = kind([p for p in model.parameters() if p.requires_grad], lr=rate)
criterion = nn.CrossEntropyLoss()
half = fault == "amp-overflow"
for epoch in range(args.epochs):
    for pictures, classes in loader:
        with torch.autocast("cpu", dtype=torch.float16 if half else torch.bfloat16, enabled=half or args.augment):
            output = model(pictures)
            output = output[0] if isinstance(output, tuple) else getattr(output, "logits", output)
            loss = criterion(output.float(), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if fault == "ema-lag":
            ema.update_parameters(model)
    print(f"epoch {epoch}: loss {loss.item():.3f}", flush=True)
if args.save:
    torch.save(model.state_dict(), args.save)
