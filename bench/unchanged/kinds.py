"""Kinds of training, each a few steps: prints a hash of the trained weights and the next random number.

    python bench/unchanged/kinds.py KIND [KIND ...]
    torchrun --standalone --nproc_per_node 2 bench/unchanged/kinds.py ddp

Knows nothing of traindx: `bench/unchanged/run.py` runs it with and without the recorder.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

STEPS = 24
Loss = nn.functional.cross_entropy


def data(size: int = 160) -> torch.utils.data.TensorDataset:
    """Drawn pictures of four classes."""
    return torch.utils.data.TensorDataset(torch.randn(size, 3, 12, 12), torch.randint(0, 4, (size,)))


def network() -> nn.Module:
    """A small network with batch normalisation, dropout and an activation in place."""
    layers = (
        nn.Conv2d(3, 8, 3),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(800, 4),
    )
    return nn.Sequential(*layers)


def batches(**options: Any) -> Iterable[Any]:
    """Shuffled batches for `STEPS` steps."""
    loader = torch.utils.data.DataLoader(data(), 16, shuffle=True, **options)
    done = 0
    while True:
        for batch in loader:
            yield batch
            done += 1
            if done == STEPS:
                return


def plain(
    make: Callable[[Any], torch.optim.Optimizer], called: Callable[[nn.Module], Any] = lambda m: m, **loader: Any
) -> nn.Module:
    """The plain loop."""
    model = network()
    forward, optimizer = called(model), make(model.parameters())
    for x, y in batches(**loader):
        optimizer.zero_grad()
        Loss(forward(x), y).backward()
        optimizer.step()
    return model


def sgd() -> nn.Module:
    """SGD with momentum and a scheduler."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, nesterov=True)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=STEPS)
    for x, y in batches():
        optimizer.zero_grad()
        Loss(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
    return model


def adamw() -> nn.Module:
    """AdamW."""
    return plain(lambda p: torch.optim.AdamW(p, 1e-3))


def lbfgs() -> nn.Module:
    """LBFGS with a closure."""
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters(), 0.1, max_iter=4)
    for x, y in batches():

        def closure(x: torch.Tensor = x, y: torch.Tensor = y) -> torch.Tensor:
            optimizer.zero_grad()
            loss = Loss(model(x), y)
            loss.backward()
            return loss

        optimizer.step(closure)
    return model


def bf16() -> nn.Module:
    """Autocast to bfloat16, with a gradient scaler."""
    model = network()
    optimizer, scaler = torch.optim.SGD(model.parameters(), 0.05), torch.amp.GradScaler("cpu")
    for x, y in batches():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = Loss(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
    return model


def accumulation() -> nn.Module:
    """Gradients of four batches for one step."""
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for number, (x, y) in enumerate(batches()):
        (Loss(model(x), y) / 4).backward()
        if number % 4 == 3:
            optimizer.step()
            optimizer.zero_grad()
    return model


def two_optimizers() -> nn.Module:
    """A generator and a discriminator, each with an optimizer of its own."""
    maker, judge = (
        nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 64)),
        nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)),
    )
    first, second = torch.optim.Adam(maker.parameters(), 1e-3), torch.optim.Adam(judge.parameters(), 1e-3)
    score = nn.functional.binary_cross_entropy_with_logits
    for _ in range(STEPS):
        made, real = maker(torch.randn(16, 8)), torch.randn(16, 64)
        second.zero_grad()
        (score(judge(real), torch.ones(16, 1)) + score(judge(made.detach()), torch.zeros(16, 1))).backward()
        second.step()
        first.zero_grad()
        score(judge(made), torch.ones(16, 1)).backward()
        first.step()
    return nn.ModuleList([maker, judge])


def fork_workers() -> nn.Module:
    """Two loader workers made by fork."""
    return plain(lambda p: torch.optim.AdamW(p, 1e-3), num_workers=2, multiprocessing_context="fork")


def spawn_workers() -> nn.Module:
    """Two loader workers made by spawn."""
    return plain(
        lambda p: torch.optim.AdamW(p, 1e-3), num_workers=2, multiprocessing_context="spawn", persistent_workers=True
    )


def compiled() -> nn.Module:
    """`torch.compile` with the backend that needs no compiler, autograd included."""
    return plain(lambda p: torch.optim.SGD(p, 0.05), lambda m: torch.compile(m, backend="aot_eager"))


def checkpointing() -> nn.Module:
    """Activations computed again in the backward pass."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    for x, y in batches():
        optimizer.zero_grad()
        Loss(torch.utils.checkpoint.checkpoint(model, x, use_reentrant=False), y).backward()
        optimizer.step()
    return model


def average() -> nn.Module:
    """An exponential average of the weights, validated in the middle of training."""
    model = network()
    smooth = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for number, (x, y) in enumerate(batches()):
        optimizer.zero_grad()
        Loss(model(x), y).backward()
        optimizer.step()
        smooth.update_parameters(model)
        if number % 8 == 7:
            smooth.eval()
            with torch.no_grad():
                Loss(smooth(x), y)
    return nn.ModuleList([model, smooth])


def ddp() -> nn.Module:
    """DistributedDataParallel; to be started by torchrun."""
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    wrapped = nn.parallel.DistributedDataParallel(network())
    optimizer = torch.optim.AdamW(wrapped.parameters(), 1e-3)
    images = data()
    sampler = torch.utils.data.DistributedSampler(images, shuffle=True)
    torch.manual_seed(1 + rank)
    for epoch in range(4):
        sampler.set_epoch(epoch)
        for x, y in torch.utils.data.DataLoader(images, 16, sampler=sampler):
            optimizer.zero_grad()
            Loss(wrapped(x), y).backward()
            optimizer.step()
    torch.distributed.destroy_process_group()
    return wrapped


def fsdp() -> nn.Module:
    """Parameters sharded over ranks (FSDP2); to be started by torchrun."""
    from torch.distributed.fsdp import fully_shard

    torch.distributed.init_process_group("gloo")
    model = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 4))
    mesh = torch.distributed.device_mesh.init_device_mesh("cpu", (torch.distributed.get_world_size(),))
    for layer in (model[0], model[2], model):
        fully_shard(layer, mesh=mesh)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for _ in range(STEPS):
        optimizer.zero_grad()
        Loss(model(torch.randn(8, 32)), torch.randint(0, 4, (8,))).backward()
        optimizer.step()
    local = nn.ParameterList([nn.Parameter(p.to_local().detach().clone()) for p in model.parameters()])
    torch.distributed.destroy_process_group()
    return local


def lightning() -> nn.Module:
    """Lightning's Trainer."""
    import lightning as pl

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = network()

        def training_step(self, batch: Any, number: int) -> torch.Tensor:
            loss = Loss(self.net(batch[0]), batch[1])
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), 1e-3)

    module = Module()
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = pl.Trainer(max_steps=STEPS, accelerator="cpu", **quiet)
    trainer.fit(module, torch.utils.data.DataLoader(data(), 16, shuffle=True))
    return module


def huggingface() -> nn.Module:
    """Transformers' Trainer with a small ViT."""
    from transformers import Trainer, TrainingArguments, ViTConfig, ViTForImageClassification

    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    model = ViTForImageClassification(ViTConfig(image_size=12, patch_size=4, num_labels=4, **shape))
    rows = [{"pixel_values": x, "labels": y} for x, y in data()]
    with tempfile.TemporaryDirectory() as home:
        options = TrainingArguments(
            home,
            max_steps=STEPS,
            per_device_train_batch_size=16,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            save_strategy="no",
            logging_steps=8,
        )
        Trainer(model, options, train_dataset=rows).train()
    return model


def ultralytics() -> nn.Module:
    """Ultralytics' YOLOv8n from its yaml, on drawn squares."""
    from PIL import Image, ImageDraw
    from ultralytics import YOLO

    with tempfile.TemporaryDirectory() as home:
        for split in ("train", "val"):
            for kind in ("images", "labels"):
                (Path(home) / kind / split).mkdir(parents=True)
            for number in range(16):
                picture = Image.new("RGB", (64, 64), (40, 40, 40))
                left, top = (int(v) for v in torch.randint(4, 36, (2,)))
                ImageDraw.Draw(picture).rectangle((left, top, left + 20, top + 20), fill=(220, 60, 60))
                picture.save(Path(home) / "images" / split / f"{number}.png")
                row = f"0 {(left + 10) / 64} {(top + 10) / 64} {20 / 64} {20 / 64}\n"
                (Path(home) / "labels" / split / f"{number}.txt").write_text(row)
        (Path(home) / "data.yaml").write_text(f"path: {home}\ntrain: images/train\nval: images/val\nnames: [square]\n")
        model = YOLO("yolov8n.yaml")
        model.train(
            data=f"{home}/data.yaml",
            epochs=2,
            imgsz=64,
            batch=8,
            nbs=8,
            workers=0,
            device="cpu",
            project=home,
            plots=False,
            verbose=False,
            seed=0,
        )
        return model.trainer.model


def digest(model: nn.Module) -> str:
    """A hash of all weights and buffers."""
    state = [
        t.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        for t in model.state_dict().values()
        if t.numel()
    ]
    return hashlib.sha256(b"".join(state)).hexdigest()


def main() -> None:
    """Train each kind that the command line names."""
    torch.set_num_threads(1)
    kinds = {
        name: value
        for name, value in globals().items()
        if callable(value) and getattr(value, "__module__", "") == __name__
    }
    for name in sys.argv[1:]:
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        model = kinds[name]()
        drawn = f"{torch.rand(1).item()} {random.random()} {np.random.rand()}"
        print(f"RESULT {name} {os.environ.get('RANK', '-')} {digest(model)} {drawn}", flush=True)


if __name__ == "__main__":
    main()
