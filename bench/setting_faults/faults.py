"""The planted faults: one in each case, with the check and the place at which it must be found."""

from __future__ import annotations

from bench.setting_faults.case import HYP, YOLOV5, Case, loop

from traindx.core.machine import Build, Device

GIB = 2**30
CU124, CU118 = Build("2.5.1+cu124", "12.4", "9.1.0.70"), Build("2.4.1+cu118", "11.8")
YOLO = "yolo detect train data=coco8.yaml model=yolov8n.pt "
STEP = "scheduler.step()"
API = """from ultralytics import YOLO

model = YOLO("yolov8n.pt")
model.train(
    data="coco8.yaml",
    epochs=100,
    {setting},
)
"""
HF = """from transformers import Trainer, TrainingArguments

args = TrainingArguments(
    output_dir="out",
    learning_rate=5e-5,
    {settings}
)
Trainer(model=build(), args=args).train()
"""


def gpu(name: str, capability: tuple[int, int], driver: str = "550.54.14", memory: int = 24) -> dict[str, object]:
    """A machine with one device."""
    return {"devices": (Device(name, capability, memory * GIB, memory * GIB, driver),), "build": CU124}


def hyp(**values: float) -> dict[str, str]:
    """YOLOv5 with other hyperparameters."""
    lines = [f"{k}: {values.get(k, v.strip())}" for k, v in (line.split(":") for line in HYP.splitlines())]
    return {"train.py": YOLOV5, "hyp.yaml": "\n".join(lines) + "\n"}


V5 = "python train.py --data coco128.yaml --weights yolov5s.pt --hyp hyp.yaml --epochs 100"
SETTINGS = (
    Case("a name that Ultralytics does not know", YOLO + "epoch=50", code="S120", place="epoch"),
    Case("lr for lr0 in the call", "python t.py", {"t.py": API.format(setting="lr=0.001")}, "S120", "t.py:7"),
    Case("a wrong name in a cfg file", YOLO + "cfg=my.yaml", {"my.yaml": "epochs: 50\nlearning_rate: 0.01\n"}, "S120", "my.yaml:2"),
    Case("a keyword that transformers renamed", "python t.py", {"t.py": HF.format(settings='evaluation_strategy="epoch",')}, "S121", "t.py:6"),
    Case("a keyword that AdamW lacks", "python train.py", loop(optimizer="torch.optim.AdamW(model.parameters(), lr=1e-3, momentum=0.9)"), "S121", "train.py:11"),
    Case("a momentum above one", YOLO + "optimizer=SGD momentum=9.37", code="S122", place="momentum"),
    Case("an optimizer that is not there", YOLO + "optimizer=Lion lr0=0.001", code="S122", place="optimizer"),
    Case("a batch that does not divide", YOLO + "batch=18 device=0,1,2,3", code="S122", place="batch"),
    Case("no class loss", YOLO + "cls=0.0", code="S123", place="cls"),
    Case("no box loss in the call", "python t.py", {"t.py": API.format(setting="box=0.0")}, "S123", "t.py:7"),
    Case("no objectness in YOLOv5", V5, hyp(obj=0.0), "S123", "hyp.yaml:11"),
    Case("a misspelt hyperparameter", V5, {"train.py": YOLOV5, "hyp.yaml": HYP.replace("momentum: 0.937", "momentun: 0.937")}, "S124", "hyp.yaml:3"),
    Case("every layer frozen", YOLO + "freeze=23", code="S125", place="freeze"),
    Case("a warm-up longer than the training", YOLO + "epochs=20 warmup_epochs=30", code="S126", place="warmup_epochs"),
    Case("a warm-up longer than all steps", "python t.py", {"t.py": HF.format(settings="warmup_steps=1000, max_steps=500,")}, "S126", "t.py:3"),
    Case("mosaic closed throughout", YOLO + "epochs=30 close_mosaic=30 mosaic=1.0", code="S127", place="close_mosaic"),
    Case("a patience within the warm-up", YOLO + "patience=2 warmup_epochs=5", code="S128", place="patience"),
    Case("mosaic with rectangular batches", YOLO + "rect=True mosaic=1.0", code="S129", place="mosaic"),
    Case("a size that is no multiple", YOLO + "imgsz=1000", code="S130", place="imgsz"),
    Case("another rate on resume", "yolo train resume model=last.pt lr0=0.001 optimizer=SGD", code="S131", place="lr0"),
    Case("pretrained with a yaml", "yolo detect train data=coco8.yaml model=yolov8n.yaml pretrained=True", code="S132", place="pretrained"),
    Case("AdamW at the default rate of SGD", YOLO + "optimizer=AdamW", code="S135", place="optimizer"),
    Case("Adam at a tenth", "python train.py", loop(optimizer="torch.optim.Adam(model.parameters(), lr=args.lr)"), "S135", "train.py:11"),
    Case("SGD at a rate of fine-tuned Adam", "python train.py --lr 0.00002", loop(), "S136", "train.py:11"),
    Case("a momentum of nine", "python train.py", loop(optimizer="torch.optim.SGD(model.parameters(), lr=0.1, momentum=9)"), "S138", "train.py:11"),
    Case("a decay of AdamW in SGD", "python train.py", loop(optimizer="torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.05)"), "S139", "train.py:11"),
    Case("a perspective of a tenth", YOLO + "perspective=0.1", code="S140", place="perspective"),
    Case("a rate that ends higher", V5, hyp(lrf=10), "S141", "hyp.yaml:2"),
    Case("a rate that auto replaces", YOLO + "lr0=0.0001", code="S101", place="lr0"),
)  # fmt: skip
SCHEDULES = (
    Case("a cosine that rises again", "python train.py", loop("lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)", each_epoch=STEP), "S150", "train.py:12"),
    Case("a cosine ten times as long", "python train.py --epochs 30", loop("lr_scheduler.CosineAnnealingLR(optimizer, 300)", each_epoch=STEP), "S151", "train.py:12"),
    Case("a cosine of epochs, stepped each batch", "python train.py", loop("lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)", each_batch=STEP), "S152", "train.py:19"),
    Case("a plateau of single batches", "python train.py", loop("lr_scheduler.ReduceLROnPlateau(optimizer, patience=5)", each_batch="scheduler.step(loss)"), "S152", "train.py:19"),
    Case("one cycle stepped each epoch", "python train.py", loop("lr_scheduler.OneCycleLR(optimizer, 0.1, epochs=args.epochs, steps_per_epoch=len(train_loader))", each_epoch=STEP), "S153", "train.py:20"),
    Case("one cycle that runs out", "python train.py", loop("lr_scheduler.OneCycleLR(optimizer, 0.1, epochs=30, steps_per_epoch=len(train_loader))", each_batch=STEP), "S154", "train.py:12"),
    Case("milestones beyond the end", "python train.py --epochs 50", loop("lr_scheduler.MultiStepLR(optimizer, milestones=[60, 80])", each_epoch=STEP), "S155", "train.py:12"),
    Case("a plateau that waits for less accuracy", "python train.py", loop("lr_scheduler.ReduceLROnPlateau(optimizer)", each_epoch="scheduler.step(val_acc)"), "S156", "train.py:12"),
    Case("a tenth of the rate each epoch", "python train.py", loop("lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.1)", each_epoch=STEP), "S157", "train.py:12"),
    Case("steps of ten batches", "python train.py", loop("lr_scheduler.StepLR(optimizer, 10)", each_batch=STEP), "S157", "train.py:12"),
    Case("a schedule that is never stepped", "python train.py", loop("lr_scheduler.StepLR(optimizer, 30)"), "S158", "train.py:12"),
    Case("strategies that do not match", "python t.py", {"t.py": HF.format(settings='eval_strategy="epoch", load_best_model_at_end=True,')}, "S162", "t.py:3"),
)  # fmt: skip
MACHINES = (
    Case("half precision on a GTX 1660", YOLO, code="P201", place="amp", machine=gpu("NVIDIA GeForce GTX 1660 Ti", (7, 5))),
    Case("an RTX 5090 with a build for CUDA 12.4", YOLO, code="P202", place="torch", machine=gpu("NVIDIA GeForce RTX 5090", (12, 0))),
    Case("a GTX 1080 with a build for CUDA 12.8", YOLO, code="P202", place="torch", machine={**gpu("NVIDIA GeForce GTX 1080", (6, 1)), "build": Build("2.8.0+cu128", "12.8")}),
    Case("a driver for CUDA 11", YOLO, code="P203", place="driver", machine=gpu("Tesla V100-SXM2-32GB", (7, 0), "470.199.02")),
    Case("torchvision beside another torch", YOLO, code="P204", place="torchvision", machine={"versions": {"torch": "2.5.1", "torchvision": "0.19.0"}, "needs": (("torchvision", "torch", "2.4.0"),)}),
    Case("NumPy 2 with an old torch", YOLO, code="P204", place="numpy", machine={"versions": {"torch": "2.1.2", "numpy": "2.0.2"}}),
    Case("an old OpenCV with NumPy 2", YOLO, code="P204", place="numpy", machine={"versions": {"opencv-python": "4.9.0.80", "numpy": "2.1.0"}}),
    Case("a build that leaves the device idle", YOLO, code="P205", place="torch", machine={**gpu("NVIDIA GeForce RTX 4090", (8, 9)), "build": Build("2.5.1+cpu")}),
    Case("a device that is not there", YOLO + "device=1", code="P206", place="device", machine=gpu("NVIDIA GeForce RTX 4090", (8, 9))),
    Case("Docker's shared memory", YOLO + "workers=8 batch=16", code="P210", place="workers", machine={"shared": 64 * 2**20, "processors": 8.0}),
    Case("two hundred open files", V5 + " --workers 16", hyp(), "P211", "workers", {"files": 200, "processors": 32.0, "all_processors": 32}),
    Case("no room for checkpoints", YOLO + "epochs=1000 save_period=1", code="P212", place="save_period", machine={"disk": 2 * GIB}),
    Case("sixty-four workers on two processors", V5 + " --workers 64", hyp(), "P213", "workers", {"processors": 2.0, "all_processors": 96}),
)  # fmt: skip
LIGHTNING = (
    "import lightning as L\n\ntrainer = L.Trainer(\n    max_epochs=50,\n    {setting}\n)\ntrainer.fit(model, loader)\n"
)
SPREAD = 'from ultralytics import YOLO\n\nsettings = dict(data="coco8.yaml", epochs=100, lrf=10)\nYOLO("yolov8s.pt").train(**settings)\n'
BUILT = "torch.optim.{}(model.parameters(), {})"
LEFT = (
    Case("a trial run of Lightning", "python t.py", {"t.py": LIGHTNING.format(setting="fast_dev_run=True,")}, "S143", "t.py:5"),
    Case("a hundredth of the batches", "python t.py", {"t.py": LIGHTNING.format(setting="limit_train_batches=0.01,")}, "S143", "t.py:5"),
    Case("a hundredth of the pictures", YOLO + "fraction=0.01 epochs=100", code="S143", place="fraction"),
    Case("a trial run asked of LightningCLI", "python t.py fit --trainer.max_epochs 30 --trainer.fast_dev_run true", {"t.py": "from lightning.pytorch.cli import LightningCLI\nLightningCLI(Lit)\n"}, "S143", "--trainer.fast_dev_run"),
    Case("betas the wrong way round", "python train.py", loop(optimizer=BUILT.format("AdamW", "lr=1e-3, betas=(0.999, 0.9)")), "S144", "train.py:11"),
    Case("an epsilon of one", "python train.py", loop(optimizer=BUILT.format("Adam", "lr=1e-4, eps=1.0")), "S144", "train.py:11"),
    Case("a classifier of Hugging Face at a twentieth", "python t.py", {"t.py": HF.replace("5e-5", "5e-2").format(settings="num_train_epochs=5,")}, "S135", "t.py:3"),
    Case("a rate that ends higher, in a dictionary", "python t.py", {"t.py": SPREAD}, "S141", "t.py:4"),
)  # fmt: skip
FAULTS = (*SETTINGS, *SCHEDULES, *MACHINES, *LEFT)
