"""What installed libraries say of their settings, read from their files as text: nothing of them is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from traindx.core.library import Library
from traindx.inspect.packages import file_of, versions_of

_KINDS = {
    "CFG_FRACTION_KEYS": "fraction",
    "CFG_FLOAT_KEYS": "float",
    "CFG_INT_KEYS": "int",
    "CFG_BOOL_KEYS": "bool",
}
YOLOV5 = Library(
    "YOLOv5",
    defaults={
        "epochs": 100,
        "batch": 16,
        "imgsz": 640,
        "workers": 8,
        "optimizer": "SGD",
        "patience": 100,
        "save_period": -1,
        "lr0": 0.01,
        "lrf": 0.01,
        "momentum": 0.937,
        "weight_decay": 0.0005,
        "warmup_epochs": 3.0,
        "box": 0.05,
        "cls": 0.5,
        "warmup_momentum": 0.8,
        "warmup_bias_lr": 0.1,
        "obj": 1.0,
        "iou_t": 0.2,
        "anchor_t": 4.0,
        "fl_gamma": 0.0,
        "hsv_h": 0.015,
        "hsv_s": 0.7,
        "hsv_v": 0.4,
        "degrees": 0.0,
        "translate": 0.1,
        "scale": 0.5,
        "shear": 0.0,
        "perspective": 0.0,
        "flipud": 0.0,
        "fliplr": 0.5,
        "mosaic": 1.0,
        "mixup": 0.0,
        "copy_paste": 0.0,
    },
)
"""What YOLOv5's train.py and its data/hyps/hyp.scratch-low.yaml have by default; it is no package that could be asked."""

_FUNCTIONS: Mapping[str, tuple[str, str, str]] = {
    "TrainingArguments": ("transformers/training_args.py", "TrainingArguments", ""),
    "Trainer": ("lightning/pytorch/trainer/trainer.py", "Trainer", "__init__"),
    "DataLoader": ("torch/utils/data/dataloader.py", "DataLoader", "__init__"),
    **{
        name: (f"torch/optim/{name.lower()}.py", name, "__init__")
        for name in ("SGD", "Adam", "AdamW", "RMSprop", "NAdam", "RAdam", "Adamax", "Adagrad", "Adadelta")
    },
    **{
        name: ("torch/optim/lr_scheduler.py", name, "__init__")
        for name in ("StepLR", "MultiStepLR", "CosineAnnealingLR", "ReduceLROnPlateau", "ExponentialLR", "OneCycleLR")
    },
}
"""Functions whose parameters are read, with the file, class and method that declare them."""


def ultralytics(folders: Sequence[Path], model: str) -> Library:
    """What the installed Ultralytics says; empty where there is none. `model` is the one that the settings name."""
    settings, code = file_of(folders, "ultralytics/cfg/default.yaml"), file_of(folders, "ultralytics/cfg/__init__.py")
    if settings is None or code is None:
        return Library()
    try:
        defaults = yaml.safe_load(settings.read_text(encoding="utf-8"))
        tree = ast.parse(code.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, yaml.YAMLError):
        return Library()
    if not isinstance(defaults, dict):
        return Library()
    sets = dict(_assigned(tree))
    kinds = {key: kind for name, kind in _KINDS.items() for key in sets.get(name, ())}
    least = sets.get("CFG_INT_MIN")
    trainer = file_of(folders, "ultralytics/engine/trainer.py")
    resumed, optimizers = _of_trainer(trainer) if trainer is not None else (frozenset(), frozenset())
    return Library(
        "ultralytics",
        versions_of(folders, ["ultralytics"]).get("ultralytics", ""),
        {str(key): value for key, value in defaults.items()},
        kinds,
        least if isinstance(least, dict) else {},
        _words_in(tree, "_handle_deprecation", "check_dict_alignment", "get_cfg"),
        resumed,
        optimizers,
        _layers(settings.parent / "models", model),
    )


def keywords_of(folders: Sequence[Path], functions: set[str]) -> dict[str, tuple[str, ...]]:
    """The parameters of those functions that are known here and installed; one that takes any keyword is left out."""
    found = {}
    for name in functions & _FUNCTIONS.keys():
        file, owner, method = _FUNCTIONS[name]
        path = file_of(folders, file)
        if path is not None and (names := tuple(_parameters(path, owner, method))):
            found[name] = names
    return found


def _parameters(path: Path, owner: str, method: str) -> Iterator[str]:
    """Parameters of a method, or the fields of a dataclass where `method` is empty."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    found = next((n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner), None)
    for node in found.body if found is not None else ():
        if not method and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.FunctionDef) and node.name == method:
            if node.args.kwarg is not None:
                return
            yield from (a.arg for a in (*node.args.args, *node.args.kwonlyargs) if a.arg != "self")


def _assigned(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """Constants of a module: `X = frozenset({...})` and `X = {...}`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value
            inner = value.args[0] if isinstance(value, ast.Call) and value.args else value
            try:
                yield node.targets[0].id, ast.literal_eval(inner)
            except (ValueError, TypeError, SyntaxError):
                continue


def _words_in(tree: ast.AST, *functions: str) -> frozenset[str]:
    """Every constant of text in these functions that could be a setting's name."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in functions]
    words = {c.value for f in found for c in ast.walk(f) if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    return frozenset(word for word in words if re.fullmatch(r"[a-z_0-9]+", word))


def _of_trainer(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The settings that a resumed training takes anew, and the names of optimizers."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return frozenset(), frozenset()
    optimizers: set[str] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "optimizers"
        ):
            found = (c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant))
            optimizers |= {name.lower() for name in found if isinstance(name, str)}
    return _words_in(tree, "check_resume"), frozenset(optimizers)


def _layers(models: Path, model: str) -> int | None:
    """How many layers the yaml of a model lists: that of yolov8n.pt and yolov8n.yaml is yolov8.yaml."""
    stem = Path(model).name.rpartition(".")[0]
    plain = re.sub(r"^(yolo(?:v\d+|\d+)u?)[nsmblxtce](?=-|u?$)", r"\1", stem)
    own = [Path(model)] if model.endswith((".yaml", ".yml")) and Path(model).is_file() else []
    for path in (*own, *sorted(models.rglob(f"{plain}.yaml"))):
        try:
            held = yaml.safe_load(path.read_text(encoding="utf-8"))
            return len(held["backbone"]) + len(held["head"])
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
            continue
    return None
