"""Recipes that are public, written as they are usually written: sound, whatever else may be said of them."""

from __future__ import annotations

from bench.setting_faults.case import Case

LOADED = """import torch, torch.nn as nn, torchvision
from torch.utils.data import DataLoader
train_set = torchvision.datasets.FakeData(2000)
model = torchvision.models.resnet18(num_classes=10)
loss_fn = nn.CrossEntropyLoss()
"""
EPOCH = """
def one_epoch(model, loader, opt):
    for x, y in loader:
        opt.zero_grad()
        loss_fn(model(x), y).backward()
        opt.step()
"""
U01 = """import argparse, torch
import torchvision.models as models
from torch.optim.lr_scheduler import StepLR
parser = argparse.ArgumentParser()
parser.add_argument("data", nargs="?", default="imagenet")
parser.add_argument("-a", "--arch", default="resnet18")
parser.add_argument("-j", "--workers", default=4, type=int)
parser.add_argument("--epochs", default=90, type=int)
parser.add_argument("-b", "--batch-size", default=256, type=int)
parser.add_argument("--lr", "--learning-rate", default=0.1, type=float, dest="lr")
parser.add_argument("--momentum", default=0.9, type=float)
parser.add_argument("--wd", default=1e-4, type=float, dest="weight_decay")
def main():
    args = parser.parse_args()
    model = models.__dict__[args.arch]()
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), args.lr, momentum=args.momentum, weight_decay=args.weight_decay)
    scheduler = StepLR(optimizer, step_size=30, gamma=0.1)
    for epoch in range(args.epochs):
        train(train_loader, model, criterion, optimizer, epoch, args)
        scheduler.step()
main()
"""
U02 = """import argparse, torch
p = argparse.ArgumentParser()
p.add_argument("--lr", default=1e-4, type=float); p.add_argument("--lr_backbone", default=1e-5, type=float)
p.add_argument("--batch_size", default=2, type=int); p.add_argument("--weight_decay", default=1e-4, type=float)
p.add_argument("--epochs", default=300, type=int); p.add_argument("--lr_drop", default=200, type=int)
p.add_argument("--clip_max_norm", default=0.1, type=float)
args = p.parse_args()
param_dicts = [{"params": [p for n, p in model.named_parameters() if "backbone" not in n and p.requires_grad]},
    {"params": [p for n, p in model.named_parameters() if "backbone" in n and p.requires_grad], "lr": args.lr_backbone}]
optimizer = torch.optim.AdamW(param_dicts, lr=args.lr, weight_decay=args.weight_decay)
lr_scheduler = torch.optim.lr_scheduler.StepLR(optimizer, args.lr_drop)
for epoch in range(args.epochs):
    train_one_epoch(model, criterion, data_loader_train, optimizer, device, epoch, args.clip_max_norm)
    lr_scheduler.step()
"""
U03 = """import torch
params = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.SGD(params, lr=0.005, momentum=0.9, weight_decay=0.0005)
lr_scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.1)
num_epochs = 2
for epoch in range(num_epochs):
    train_one_epoch(model, optimizer, data_loader, device, epoch, print_freq=10)
    lr_scheduler.step()
    evaluate(model, data_loader_test, device=device)
"""
U04 = """import torch, torch.nn as nn, torch.optim as optim
from torch.optim import lr_scheduler
from torchvision import models
model_conv = models.resnet18(weights="IMAGENET1K_V1")
for param in model_conv.parameters():
    param.requires_grad = False
model_conv.fc = nn.Linear(512, 2)
optimizer_conv = optim.SGD(model_conv.fc.parameters(), lr=0.001, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_conv, step_size=7, gamma=0.1)
def train_model(model, criterion, optimizer, scheduler, num_epochs=25):
    for epoch in range(num_epochs):
        for phase in ["train", "val"]:
            for inputs, labels in dataloaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    loss = criterion(model(inputs), labels)
                    if phase == "train":
                        loss.backward(); optimizer.step()
            if phase == "train":
                scheduler.step()
train_model(model_conv, nn.CrossEntropyLoss(), optimizer_conv, exp_lr_scheduler, num_epochs=25)
"""
U08 = """from transformers import Trainer, TrainingArguments
training_args = TrainingArguments(output_dir="detr", num_train_epochs=30, fp16=False, per_device_train_batch_size=8, dataloader_num_workers=4, learning_rate=5e-5, lr_scheduler_type="cosine", weight_decay=1e-4, max_grad_norm=0.01, metric_for_best_model="eval_map", greater_is_better=True, load_best_model_at_end=True, eval_strategy="epoch", save_strategy="epoch", save_total_limit=2, remove_unused_columns=False, eval_do_concat_batches=False)
Trainer(model=model, args=training_args).train()
"""
U09 = """import lightning as L, torch
class Lit(L.LightningModule):
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
        steps_per_epoch = 45000 // 256
        scheduler = {"scheduler": torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, epochs=self.trainer.max_epochs, steps_per_epoch=steps_per_epoch), "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": scheduler}
trainer = L.Trainer(max_epochs=30, accelerator="auto", precision="16-mixed")
trainer.fit(Lit(), dm)
"""
U10 = """from ultralytics import YOLO
model = YOLO("yolo11s.pt")
model.train(data="c.yaml", epochs=300, patience=50, imgsz=1280, batch=8, optimizer="AdamW", lr0=0.001, lrf=0.01, cos_lr=True, warmup_epochs=5, mixup=0.1, copy_paste=0.1, close_mosaic=20, amp=True, cache="disk", workers=8, seed=42, deterministic=False)
"""
U12 = """
import math
EPOCHS, BATCH, WARM = 100, 128, 500
loader = DataLoader(train_set, batch_size=BATCH, shuffle=True)
opt = torch.optim.AdamW(model.parameters(), lr=3e-4, weight_decay=0.05)
total = EPOCHS * len(loader)
def factor(step):
    if step < WARM:
        return step / WARM
    return 0.5 * (1 + math.cos(math.pi * (step - WARM) / (total - WARM)))
sched = torch.optim.lr_scheduler.LambdaLR(opt, factor)
for epoch in range(EPOCHS):
    for x, y in loader:
        opt.zero_grad(); loss_fn(model(x), y).backward(); opt.step(); sched.step()
"""
U13 = """
loader = DataLoader(train_set, 64, shuffle=True)
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
sched = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, T_0=10, T_mult=2)
for epoch in range(70):
    one_epoch(model, loader, opt)
    sched.step()
"""
U14 = """
opt_g = torch.optim.Adam(model.parameters(), lr=2e-4, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(model.fc.parameters(), lr=2e-4, betas=(0.5, 0.999))
for epoch in range(5):
    one_epoch(model, loader, opt_g)
"""
U15 = """
opt = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-3, weight_decay=1e-5)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode="min", factor=0.5, patience=5, min_lr=1e-6)
best, wait = 1e9, 0
for epoch in range(200):
    one_epoch(model, loader, opt)
    val_loss, val_acc = validate(model)
    scheduler.step(val_loss)
    if val_loss < best: best, wait = val_loss, 0
    else: wait += 1
    if wait > 15: break
"""
U16 = """
import argparse
p = argparse.ArgumentParser(); p.add_argument("--lr", type=float, default=1.0); p.add_argument("--wd", type=float, default=1e-6); p.add_argument("--epochs", type=int, default=100); a = p.parse_args()
loader = DataLoader(train_set, batch_size=256, shuffle=True)
opt = torch.optim.SGD(model.parameters(), lr=a.lr, momentum=0.9, weight_decay=a.wd)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=a.epochs * len(loader), eta_min=0)
for epoch in range(a.epochs):
    for x, y in loader:
        opt.zero_grad(); loss_fn(model(x), y).backward(); opt.step(); sched.step()
"""
RECIPES = (
    Case('the ImageNet example of PyTorch', 'python main.py -a resnet18 --lr 0.1 --epochs 90 -b 256 /data', {'main.py': U01}),
    Case('DETR', 'python main.py --coco_path /c', {'main.py': U02}),
    Case("torchvision's tutorial of detection", 'python train.py', {'train.py': U03}),
    Case("PyTorch's tutorial of transfer learning", 'python train.py', {'train.py': U04}),
    Case('DeiT timm command', 'torchrun --nproc_per_node=8 train.py /data --model deit_small_patch16_224 --batch-size 128 --opt adamw --lr 5e-4 --sched cosine --epochs 300 --warmup-epochs 5 --warmup-lr 1e-6 --min-lr 1e-5 --weight-decay 0.05 --drop-path 0.1 --mixup 0.8 --cutmix 1.0 --reprob 0.25 --aa rand-m9-mstd0.5-inc1'),
    Case('timm lamb A3', './distributed_train.sh 4 /data --model resnet50 --opt lamb --lr 8e-3 --epochs 100 --weight-decay 0.02 --sched cosine --warmup-epochs 5 -b 512 --bce-loss'),
    Case('HF image classification example', 'python run_image_classification.py --dataset_name beans --output_dir ./beans_outputs/ --remove_unused_columns False --do_train --do_eval --learning_rate 2e-5 --num_train_epochs 5 --per_device_train_batch_size 8 --eval_strategy epoch --save_strategy epoch --load_best_model_at_end True --save_total_limit 3 --seed 1337'),
    Case('DETR of Hugging Face, fine-tuned', 'python t.py', {'t.py': U08}),
    Case('one cycle a step in Lightning', 'python t.py', {'t.py': U09}),
    Case('Ultralytics for a small set', 'python t.py', {'t.py': U10}),
    Case('YOLOv5 from scratch', 'python train.py --data coco.yaml --epochs 300 --weights "" --cfg yolov5n.yaml --batch-size 128'),
    Case('a warm-up and a cosine by LambdaLR', 'python train.py', {'train.py': LOADED + U12}),
    Case('restarts that grow', 'python train.py', {'train.py': LOADED + EPOCH + U13}),
    Case('two optimizers of a generator', 'python train.py', {'train.py': LOADED + EPOCH + U14}),
    Case('a plateau and an early end', 'python train.py', {'train.py': LOADED + EPOCH + U15}),
    Case('a large batch at a rate of 4.8', 'python train.py --lr 4.8 --wd 1e-6', {'train.py': LOADED + U16}),
)  # fmt: skip
