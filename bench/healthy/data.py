"""Pictures for the healthy scripts: scikit-learn's digits, photographs of finger signs where there are any, drawn shapes."""

import os
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset


def digit_tensors(size=16, channels=1, count=1280):
    """Normalised pictures and classes for training and validation; the same split each time."""
    digits = load_digits()
    pictures = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    pictures = F.interpolate(pictures, size=(size, size), mode="bilinear")
    pictures = ((pictures - 0.305) / 0.323).repeat(1, channels, 1, 1)
    classes = torch.tensor(digits.target)
    order = torch.randperm(len(classes), generator=torch.Generator().manual_seed(0))
    train, val = order[:count], order[-360:]
    return pictures[train], classes[train], pictures[val], classes[val]


def digit_loaders(size=16, batch=32, channels=1, count=1280, workers=0):
    """The loaders that most scripts use."""
    x, y, vx, vy = digit_tensors(size, channels, count)
    return (
        DataLoader(TensorDataset(x, y), batch_size=batch, shuffle=True, num_workers=workers),
        DataLoader(TensorDataset(vx, vy), batch_size=180),
    )


def sign_loaders(size=64, batch=32, count=640):
    """Photographs of hands that show a digit (SIGN_DIGITS names the folder of class folders); digits in colour without."""
    if "SIGN_DIGITS" not in os.environ:
        return digit_loaders(size, batch, channels=3, count=count)
    files = sorted(Path(os.environ["SIGN_DIGITS"]).glob("*/*.JPG"))
    files = [files[i] for i in np.random.default_rng(0).permutation(len(files))[: count + 160]]
    arrays = [np.asarray(Image.open(f).convert("RGB").resize((size, size)), dtype=np.float32) for f in files]
    pictures = torch.tensor(np.stack(arrays)).permute(0, 3, 1, 2) / 255
    pictures = (pictures - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor(
        [0.229, 0.224, 0.225]
    ).view(3, 1, 1)
    classes = torch.tensor([int(f.parent.name) for f in files])
    return (
        DataLoader(TensorDataset(pictures[:count], classes[:count]), batch_size=batch, shuffle=True),
        DataLoader(TensorDataset(pictures[count:], classes[count:]), batch_size=80),
    )


def drawn_scenes(count, size=96, seed=0, empty=0.0):
    """Pictures of one to three filled shapes on noise, with corner boxes in pixels and labels 1 (square) or 2 (disc)."""
    rng, scenes = np.random.default_rng(seed), []
    ys, xs = np.mgrid[:size, :size]
    for _ in range(count):
        picture = rng.random((3, size, size)).astype(np.float32) * 0.3
        boxes, labels = [], []
        for _ in range(0 if rng.random() < empty else rng.integers(1, 4)):
            half, kind = int(rng.integers(size // 10, size // 5)), int(rng.integers(1, 3))
            cx, cy = rng.integers(half, size - half, 2)
            inside = np.maximum(abs(xs - cx), abs(ys - cy)) < half if kind == 1 else np.hypot(xs - cx, ys - cy) < half
            picture[:, inside] = 0.4 + 0.6 * rng.random((3, 1))
            boxes.append([cx - half, cy - half, cx + half, cy + half])
            labels.append(kind)
        target = {
            "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            "labels": torch.tensor(labels, dtype=torch.int64),
        }
        scenes.append((torch.tensor(picture), target))
    return scenes


def drawn_masks(count, size=48, seed=0):
    """Pictures of shapes and a class for each pixel: 0 nothing, 1 square, 2 disc, 255 at their edges (to be ignored)."""
    pictures, masks = [], []
    for picture, target in drawn_scenes(count, size, seed):
        mask = torch.zeros(size, size, dtype=torch.int64)
        ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
        for (x1, y1, x2, y2), label in zip(target["boxes"].tolist(), target["labels"].tolist(), strict=True):
            half, cx, cy = (x2 - x1) / 2, (x1 + x2) / 2, (y1 + y2) / 2
            far = torch.maximum((xs - cx).abs(), (ys - cy).abs()) if label == 1 else torch.hypot(xs - cx, ys - cy)
            mask[far < half + 1] = 255
            mask[far < half - 1] = label
        pictures.append(picture)
        masks.append(mask)
    return TensorDataset(torch.stack(pictures), torch.stack(masks))


def yolo_subset(train=48, val=16):
    """A small copy of the YOLO dataset whose data.yaml is YOLO_DATA, in the working folder; its data.yaml."""
    source, copy = Path(os.environ["YOLO_DATA"]).parent, Path("subset").resolve()
    for split, count in (("train", train), ("val", val)):
        for kind in ("images", "labels"):
            (copy / kind / split).mkdir(parents=True)
            for file in sorted((source / kind / split).iterdir())[:count]:
                shutil.copy(file, copy / kind / split)
    named = Path(os.environ["YOLO_DATA"]).read_text().partition("names:")[2]
    (copy / "data.yaml").write_text(f"path: {copy}\ntrain: images/train\nval: images/val\nnames:{named}")
    return copy / "data.yaml"
