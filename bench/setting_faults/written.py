"""Settings that a script writes itself: fields in capitals, dataclasses, sweeps, groups of parameters from loops, reference scripts."""

from __future__ import annotations

from bench.setting_faults.case import Case

CAPITALS = """from detectron2 import model_zoo
from detectron2.config import get_cfg
from detectron2.engine import DefaultTrainer

cfg = get_cfg()
cfg.merge_from_file(model_zoo.get_config_file("COCO-Detection/retinanet_R_50_FPN_1x.yaml"))
cfg.DATASETS.TRAIN = ("mine_train",)
cfg.SOLVER.IMS_PER_BATCH = 2
cfg.SOLVER.BASE_LR = {rate}
cfg.SOLVER.MAX_ITER = 3000
cfg.SOLVER.STEPS = {steps}
cfg.SOLVER.WARMUP_ITERS = {warm}
cfg.MODEL.RETINANET.NUM_CLASSES = 3
DefaultTrainer(cfg).train()
"""


def capitals(rate: str = "0.00125", steps: str = "(2000, 2600)", warm: str = "200") -> dict[str, str]:
    """A script of Detectron2."""
    return {"t.py": CAPITALS.format(rate=rate, steps=steps, warm=warm)}


STORED = """from dataclasses import dataclass, field
import hydra
from hydra.core.config_store import ConfigStore

@dataclass
class Optimizer:
    _target_: str = "torch.optim.AdamW"
    lr: float = {rate}
    betas: tuple = (0.9, 0.999)

@dataclass
class Config:
    optim: Optimizer = field(default_factory=Optimizer)
    epochs: int = 30
    warmup_epochs: int = {warm}

ConfigStore.instance().store(name="config", node=Config)

@hydra.main(version_base=None, config_path=None, config_name="config")
def main(cfg): ...
"""
MAIN = "import hydra\n\n@hydra.main(version_base=None, config_path='.', config_name='c')\ndef main(cfg): ...\n"
SWEPT = """optimizer:
  _target_: torch.optim.{kind}
  lr: ${{oc.env:TRAINDX_BENCH_RATE,{rate}}}
hydra:
  mode: MULTIRUN
  sweeper:
    params:
      optimizer.lr: {tried}
"""


def swept(kind: str = "AdamW", rate: str = "1e-3", tried: str = "1e-4,1e-3") -> dict[str, str]:
    """A program of Hydra with a sweep."""
    return {"t.py": MAIN, "c.yaml": SWEPT.format(kind=kind, rate=rate, tried=tried)}


LOOP = """import torch, torchvision

model = torchvision.models.resnet18()
def groups(model, rate):
    found = []
    for name, value in dict(model.named_parameters()).items():
        if not value.requires_grad:
            continue
        if "bias" in name:
            found += [{{"params": [value], "lr": rate * 2, "weight_decay": 0.0}}]
        else:
            found += [{{"params": [value], "lr": rate, "weight_decay": {decay}}}]
    return found
optimizer = torch.optim.{kind}(groups(model, {rate}), lr={rate}, {more})
for epoch in range(20):
    for x, y in loader:
        optimizer.step()
"""


def loop_of(kind: str = "SGD", rate: str = "0.01", decay: str = "0.0005", more: str = "momentum=0.9") -> dict[str, str]:
    """Groups of parameters that a loop gathers, as older detectors have them."""
    return {"t.py": LOOP.format(kind=kind, rate=rate, decay=decay, more=more)}


REFERENCE = """import argparse, torch, torchvision

def get_args_parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-path", default="data")
    parser.add_argument("--model", default="{model}")
    parser.add_argument("-b", "--batch-size", default={batch}, type=int)
    parser.add_argument("--epochs", default={epochs}, type=int)
    parser.add_argument("--opt", default="sgd")
    parser.add_argument("--lr", default={rate}, type=float)
    parser.add_argument("--wd", "--weight-decay", default=1e-4, type=float, dest="weight_decay")
    parser.add_argument("--norm-weight-decay", default=None, type=float)
    parser.add_argument("--label-smoothing", default=0.0, type=float)
    parser.add_argument("--mixup-alpha", default=0.0, type=float)
    parser.add_argument("--cutmix-alpha", default=0.0, type=float)
    parser.add_argument("--random-erase", default=0.0, type=float)
    parser.add_argument("--lr-scheduler", default="steplr")
    parser.add_argument("--lr-warmup-epochs", default=0, type=int)
    parser.add_argument("--lr-step-size", default=30, type=int)
    parser.add_argument("--lr-gamma", default=0.1, type=float)
    parser.add_argument("--model-ema", action="store_true")
    parser.add_argument("--weights", default=None)
    {more}
    return parser

if __name__ == "__main__":
    main(get_args_parser().parse_args())
"""
CLASSIFIER = {"t.py": REFERENCE.format(model="resnet18", batch=32, epochs=90, rate=0.1, more="")}
DETECTOR = {
    "t.py": REFERENCE.format(
        model="fasterrcnn_resnet50_fpn",
        batch=2,
        epochs=26,
        rate=0.02,
        more='parser.add_argument("--lr-steps", nargs="+"); parser.add_argument("--aspect-ratio-group-factor", default=3)',
    )
}
NEWER = (
    "torchrun --nproc_per_node=8 t.py --model resnet50 --batch-size 128 --lr 0.5 --lr-scheduler cosineannealinglr "
    "--lr-warmup-epochs 5 --epochs 600 --random-erase 0.1 --label-smoothing 0.1 --mixup-alpha 0.2 --cutmix-alpha 1.0 "
    "--weight-decay 0.00002 --norm-weight-decay 0.0 --model-ema"
)
WHOLE = "import torch, timm\nmodel = timm.create_model('convnext_tiny')\noptimizer = torch.optim.AdamW(model.parameters(), {})\n"

API = 'from ultralytics import YOLO\n\nYOLO("yolov8n.pt").train(data="coco8.yaml", epochs=50, {})\n'

LAYERS = """import torch, timm
model = timm.create_model("convnext_tiny", pretrained=True, num_classes=10)
groups = []
for name, value in model.named_parameters():
    scale = 1.0 if "head" in name else 0.1
    decay = 0.0 if value.ndim == 1 else 0.05
    groups.append({{"params": [value], "lr": {rate} * scale, "weight_decay": decay}})
optimizer = torch.optim.AdamW(groups, lr={rate})
"""

FAULTS = (
    Case("a rate in a script that optimizer=auto replaces", "python t.py", {"t.py": API.format("lr0=0.001")}, "S101", "t.py:3"),
    Case("Detectron2 in Python: the rate of sixteen pictures", "python t.py", capitals("0.02"), "S149", "t.py:9"),
    Case("Detectron2 in Python: steps of another training", "python t.py", capitals(steps="(60000, 80000)"), "S155", "t.py:11"),
    Case("Detectron2 in Python: a warm-up that never ends", "python t.py", capitals(warm="5000"), "S126", "t.py:12"),
    Case("a dataclass of Hydra's with a rate of SGD", "python t.py", {"t.py": STORED.format(rate=0.5, warm=3)}, "S135", "t.py:8"),
    Case("a dataclass with a warm-up that never ends", "python t.py", {"t.py": STORED.format(rate=1e-3, warm=90)}, "S126", "t.py:15"),
    Case("a sweep with a rate of SGD", "python t.py", swept(tried="1e-3,0.5"), "S135", "c.yaml:8"),
    Case("a default of the environment of SGD", "python t.py", swept(rate="0.3", tried="1e-4,1e-3"), "S135", "c.yaml:3"),
    Case("groups from a loop, Adam at a tenth", "python t.py", loop_of("Adam", "0.1", more="eps=1e-8"), "S135", "t.py:12"),
    Case("groups from a loop, a decay of five", "python t.py", loop_of(decay="5"), "S139", "t.py:12"),
    Case("twenty times a recipe's rate, in groups from a loop", "python t.py", {"t.py": LAYERS.format(rate=0.02)}, "S135", "t.py:7"),
    Case("torchvision's reference on one device", "python t.py", CLASSIFIER, "S167", "lr"),
    Case("torchvision's detection reference on one device", "python t.py", DETECTOR, "S167", "lr"),
    Case("a newer recipe without its averages", NEWER.removesuffix(" --model-ema"), CLASSIFIER, "S167", "model_ema"),
    Case("the decay of a recipe on norms too", "python t.py", {"t.py": WHOLE.format("lr=1e-3, weight_decay=0.05")}, "S168", "t.py:3"),
)  # fmt: skip
SOUND = (
    Case("a rate in a script, and its optimizer", "python t.py", {"t.py": API.format("lr0=0.001, optimizer='AdamW'")}),
    Case("the default rate in a script", "python t.py", {"t.py": API.format("lr0=0.01")}),
    Case("Detectron2 in Python", "python t.py", capitals()),
    Case("Detectron2 in Python without steps", "python t.py", capitals(steps="[]")),
    Case("Detectron2 in Python, a rate chosen elsewhere", "python t.py", capitals("args.lr")),
    Case("dataclasses of Hydra", "python t.py", {"t.py": STORED.format(rate=1e-3, warm=3)}),
    Case("a sweep of usual rates", "python t.py", swept()),
    Case("a search between bounds", "python t.py", swept(tried='"tag(log, interval(1e-5, 1e-1))"')),
    Case("rates of SGD in a sweep", "python t.py", swept("SGD", "0.1", "0.01,0.1,0.5")),
    Case("groups from a loop", "python t.py", loop_of()),
    Case("a tenth of the rate for the backbone", "python t.py", {"t.py": LAYERS.format(rate=5e-4)}),
    Case("torchvision's reference on eight devices", "torchrun --nproc_per_node=8 t.py", CLASSIFIER),
    Case("torchvision's reference on one device, scaled", "python t.py --lr 0.0125", CLASSIFIER),
    Case("torchvision's reference, fine-tuned", "python t.py --lr 0.001 --epochs 10 --weights DEFAULT", CLASSIFIER),
    Case("torchvision's newer recipe", NEWER, CLASSIFIER),
    Case("torchvision's detection reference, scaled", "python t.py --lr 0.0025", DETECTOR),
    Case("AdamW at its own decay", "python t.py", {"t.py": WHOLE.format("lr=1e-3")}),
)
