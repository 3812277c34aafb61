"""Sound settings: the defaults of Ultralytics and YOLOv5, the recipes that torchvision's references and timm publish, examples of
Hugging Face and Lightning, and usual loops. None may be called an error."""

from __future__ import annotations

from collections.abc import Iterator

from bench.setting_faults.case import HYP, YOLOV5, Case, loop
from bench.setting_faults.faults import CU118, CU124, HF, gpu

OPTIONS = """import argparse

import torch

parser = argparse.ArgumentParser()
for name in ("--model", "--opt", "--lr-scheduler", "--sched", "--aug-splits", "--aa", "--amp", "--dataset", "--auto-augment"):
    parser.add_argument(name)
for name in ("--lr", "--weight-decay", "--wd", "--momentum", "--lr-gamma", "--warmup-lr", "--min-lr", "--decay-rate", "--decay-epochs"):
    parser.add_argument(name, type=float)
for name in ("--epochs", "--batch-size", "--lr-step-size", "--lr-warmup-epochs", "--warmup-epochs", "--lr-steps", "--workers"):
    parser.add_argument(name, type=int)
args = parser.parse_args()
optimizer = torch.optim.SGD(params(), lr=args.lr) if args.opt == "sgd" else torch.optim.AdamW(params(), lr=args.lr)
"""
"""The options of the references' train.py and of timm's; their recipes are command lines."""

TORCHVISION = (
    "--model alexnet --lr 1e-2 --opt sgd",
    "--model googlenet --lr 0.01 --opt sgd",
    "--model resnet50 --opt sgd --lr 0.1 --lr-step-size 30 --lr-gamma 0.1",
    "--model resnext101_32x8d --epochs 100 --opt sgd",
    "--model mobilenet_v2 --epochs 300 --lr 0.045 --wd 0.00004 --lr-step-size 1 --lr-gamma 0.98 --opt sgd",
    "--model mobilenet_v3_large --epochs 600 --opt rmsprop --batch-size 128 --lr 0.064 --wd 0.00001 --lr-step-size 2 --lr-gamma 0.973",
    "--model efficientnet_v2_s --batch-size 128 --lr 0.5 --lr-scheduler cosineannealinglr --lr-warmup-epochs 5 --epochs 600 --weight-decay 0.00002 --opt sgd",
    "--model regnet_y_16gf --epochs 100 --batch-size 64 --wd 0.00005 --lr 0.8 --lr-warmup-epochs 5 --opt sgd",
    "--model vit_b_16 --epochs 300 --batch-size 512 --opt adamw --lr 0.003 --wd 0.3 --lr-warmup-epochs 30",
    "--model vit_l_16 --epochs 600 --batch-size 128 --lr 0.5 --opt sgd --momentum 0.9 --lr-warmup-epochs 5 --weight-decay 0.00002",
    "--model convnext_tiny --batch-size 128 --opt adamw --lr 1e-3 --lr-warmup-epochs 5 --epochs 600 --weight-decay 0.05",
    "--model swin_t --epochs 300 --batch-size 128 --opt adamw --lr 0.001 --weight-decay 0.05 --lr-warmup-epochs 20",
    "--model maxvit_t --epochs 400 --batch-size 128 --opt adamw --lr 3e-3 --weight-decay 0.05 --lr-warmup-epochs 32",
    "--model shufflenet_v2_x1_5 --batch-size 128 --lr 0.5 --lr-warmup-epochs 5 --epochs 600 --weight-decay 0.00002 --opt sgd",
    "--model fasterrcnn_resnet50_fpn --dataset coco --epochs 26 --opt sgd --lr 0.02 --batch-size 2",
    "--model retinanet_resnet50_fpn --dataset coco --epochs 26 --lr 0.01 --opt sgd --batch-size 2",
    "--model retinanet_resnet50_fpn_v2 --epochs 26 --lr 0.0001 --weight-decay 0.05 --opt adamw --batch-size 4",
    "--model ssd300_vgg16 --epochs 120 --lr 0.002 --batch-size 4 --weight-decay 0.0005 --opt sgd",
    "--model ssdlite320_mobilenet_v3_large --epochs 660 --lr-scheduler cosineannealinglr --lr 0.15 --batch-size 24 --weight-decay 0.00004 --opt sgd",
    "--model fcn_resnet101 --dataset coco --lr 0.02 --batch-size 4 --epochs 30 --opt sgd",
)  # fmt: skip
TIMM = (
    "--model resnet50 --sched cosine --epochs 600 --lr 5e-3 --opt lamb --weight-decay 0.01 --warmup-epochs 5",
    "--model resnet50 --sched cosine --epochs 300 --lr 5e-3 --opt lamb --weight-decay 0.02 --warmup-epochs 5",
    "--model resnet50 --sched cosine --epochs 100 --lr 8e-3 --opt lamb --weight-decay 0.02 --warmup-epochs 5",
    "--model efficientnet_b2 --batch-size 128 --sched step --epochs 450 --decay-epochs 2.4 --decay-rate .97 --opt rmsproptf --lr .016 --weight-decay 1e-5",
    "--model efficientnet_b0 --batch-size 384 --sched step --epochs 450 --decay-epochs 2.4 --decay-rate .97 --opt rmsproptf --lr .048 --weight-decay 1e-5 --warmup-lr 1e-6",
    "--model resnet50 --epochs 200 --sched cosine --lr 0.05 --amp yes --opt sgd",
    "--model mobilenetv3_large_100 --batch-size 512 --sched step --epochs 600 --decay-epochs 2.4 --decay-rate .973 --opt rmsproptf --lr .064 --lr-noise 0.42 0.9",
    "--model resnext50_32x4d --lr 0.6 --warmup-epochs 5 --epochs 240 --weight-decay 1e-4 --sched cosine --opt sgd",
    "--model vit_small_patch16_224 --opt adamw --lr 1e-3 --weight-decay 0.05 --epochs 300 --warmup-epochs 20 --batch-size 288",
    "--model seresnet33ts --opt sgd --lr 0.1 --momentum 0.9 --epochs 5 --warmup-epochs 3",
)  # fmt: skip
ULTRALYTICS = (
    *("data=coco8.yaml model=yolo11n.pt epochs=100 imgsz=640", "data=coco8.yaml model=yolov8n.pt", "data=coco.yaml model=yolov8x.yaml"),
    "data=VisDrone.yaml model=yolov8s.pt imgsz=1280 batch=8 epochs=300 patience=50",
    "data=coco8.yaml model=yolov8n.pt epochs=1",
    "data=coco8.yaml model=yolov8n.pt epochs=3 imgsz=320 batch=4 workers=0 device=cpu",
    "data=coco8.yaml model=yolo26n.pt optimizer=SGD lr0=0.01 momentum=0.9 cos_lr=True",
    "data=coco8.yaml model=yolo11m.pt optimizer=AdamW lr0=0.001 weight_decay=0.05 batch=-1",
    "data=DOTAv1.yaml model=yolov8n.pt degrees=180 flipud=0.5 scale=0.9 mixup=0.15 copy_paste=0.3 shear=2.0",
    "data=coco8.yaml model=yolov8n.pt freeze=10 mosaic=0.0 close_mosaic=0 rect=True",
    "data=coco8.yaml model=yolov8n.pt time=2 cache=disk save_period=10 single_cls=True fraction=0.1",
    "data=coco8.yaml model=yolov8n.pt patience=0 nbs=128 batch=128 dropout=0.1",
    "resume model=runs/detect/train/weights/last.pt",
)  # fmt: skip
SGD_DECAY = "torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=5e-4, nesterov=True)"
LOOPS = {
    "a cosine over the epochs": loop("lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)", each_epoch="scheduler.step()"),
    "a cosine over all batches": loop("lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs * len(train_loader))", each_batch="scheduler.step()"),
    "one cycle": loop("lr_scheduler.OneCycleLR(optimizer, 0.1, epochs=args.epochs, steps_per_epoch=len(train_loader))", each_batch="scheduler.step()"),
    "steps of thirty": loop("lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.1)", each_epoch="scheduler.step()", optimizer=SGD_DECAY),
    "milestones": loop("lr_scheduler.MultiStepLR(optimizer, milestones=[30, 60, 80])", each_epoch="scheduler.step()"),
    "a plateau of the loss": loop("lr_scheduler.ReduceLROnPlateau(optimizer, patience=5)", each_epoch="scheduler.step(val_loss)"),
    "a plateau of the accuracy": loop('lr_scheduler.ReduceLROnPlateau(optimizer, mode="max")', each_epoch="scheduler.step(val_acc)"),
    "a slow decay": loop("lr_scheduler.ExponentialLR(optimizer, gamma=0.97)", each_epoch="scheduler.step()"),
    "warm restarts": loop("lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=10)", each_epoch="scheduler.step()"),
    "no schedule": loop(optimizer="torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)"),
    "AdamW at 3e-4": loop(optimizer="torch.optim.AdamW(model.parameters(), lr=3e-4)"),
    "a summed loss": loop(optimizer="torch.optim.SGD(model.parameters(), lr=1e-10, momentum=0.99, weight_decay=0.0005)"),
}  # fmt: skip
EXAMPLES = {
    "image classification": 'eval_strategy="epoch", save_strategy="epoch", load_best_model_at_end=True, warmup_steps=0.1, num_train_epochs=5,',
    "detection": "per_device_train_batch_size=8, num_train_epochs=30, weight_decay=1e-4, max_grad_norm=0.01, save_total_limit=2,",
    "steps": 'eval_strategy="steps", save_strategy="steps", eval_steps=100, max_steps=1000, warmup_steps=100,',
    "the best alone": 'eval_strategy="epoch", save_strategy="best", load_best_model_at_end=True,',
}
MACHINES = {
    "an RTX 3090 with CUDA 12.4": gpu("NVIDIA GeForce RTX 3090", (8, 6)),
    "an A100 with CUDA 11.8": {**gpu("NVIDIA A100-SXM4-80GB", (8, 0), "450.80.02"), "build": CU118},
    "a T4 with CUDA 12.4": gpu("Tesla T4", (7, 5), "535.104.05"),
    "an H100 with CUDA 12.4": gpu("NVIDIA H100 80GB HBM3", (9, 0)),
    "a GTX 1080 with CUDA 12.4": {**gpu("NVIDIA GeForce GTX 1080", (6, 1)), "build": CU124},
    "a container with 8 GiB of shared memory": {**gpu("NVIDIA L4", (8, 9)), "shared": 8 * 2**30, "processors": 8.0},
}


def healthy() -> Iterator[Case]:
    """Every sound case."""
    for words in ULTRALYTICS:
        yield Case(f"Ultralytics: {words}", f"yolo detect train {words}")
    for task, model in (("segment", "yolo11n-seg.pt"), ("pose", "yolo11n-pose.pt"), ("obb", "yolo11n-obb.pt")):
        yield Case(f"Ultralytics: {task}", f"yolo {task} train data=data.yaml model={model} epochs=100 imgsz=640")
    yield Case("Ultralytics: classify", "yolo classify train data=mnist160 model=yolo11n-cls.pt epochs=100 imgsz=28")
    for words in (
        "",
        " --hyp hyp.yaml",
        " --hyp hyp.yaml --optimizer Adam --freeze 10",
        " --hyp hyp.yaml --batch-size 64 --img 1280",
    ):
        command = f"python train.py --data coco128.yaml --weights yolov5s.pt --epochs 300{words}"
        yield Case(f"YOLOv5:{words or ' defaults'}", command, {"train.py": YOLOV5, "hyp.yaml": HYP})
    for kind, recipes in (("torchvision", TORCHVISION), ("timm", TIMM)):
        for words in recipes:
            yield Case(f"{kind}: {words.split()[1]}, {words}", f"python train.py {words}", {"train.py": OPTIONS})
    for name, files in LOOPS.items():
        yield Case(f"loop: {name}", "python train.py", files)
    for name, settings in EXAMPLES.items():
        yield Case(f"Hugging Face: {name}", "python t.py", {"t.py": HF.format(settings=settings)})
    for name, machine in MACHINES.items():
        yield Case(f"machine: {name}", "yolo detect train data=coco8.yaml model=yolov8n.pt", machine=machine)
