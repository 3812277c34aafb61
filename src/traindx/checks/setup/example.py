"""Small setups for the examples of checks: settings of a trainer, a script's calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from traindx.core.check import Facts
from traindx.core.configured import Configured
from traindx.core.library import Library
from traindx.core.script import Call, Group, Loop, Script
from traindx.core.setup import Asked, Setup

EPOCHS = Loop(10, "epoch", "range(args.epochs)", 100)
BATCHES = Loop(11, "(x, y)", "train_loader")

ULTRALYTICS = Library(
    "ultralytics",
    "8.4",
    {
        "epochs": 100,
        "batch": 16,
        "imgsz": 640,
        "patience": 100,
        "optimizer": "auto",
        "lr0": 0.01,
        "lrf": 0.01,
        "momentum": 0.937,
        "weight_decay": 0.0005,
        "warmup_epochs": 3.0,
        "close_mosaic": 10,
        "mosaic": 1.0,
        "nbs": 64,
        "box": 7.5,
        "cls": 0.5,
        "dfl": 1.5,
        "freeze": None,
        "task": "detect",
        "resume": False,
        "device": None,
        "rect": False,
        "workers": 8,
        "cache": False,
        "pretrained": True,
        "data": None,
        "model": None,
        "time": None,
        "amp": True,
    },
    {
        "lr0": "fraction",
        "lrf": "fraction",
        "momentum": "fraction",
        "epochs": "int",
        "mosaic": "fraction",
        "box": "float",
    },
    {"epochs": 1},
    frozenset({"line_thickness", "augmentations"}),
    frozenset({"imgsz", "batch", "device", "workers", "model", "resume", "data", "epochs_seen"}),
    frozenset({"auto", "sgd", "adam", "adamw"}),
    23,
)


def asking(trainer: Literal["ultralytics", "yolov5"] = "ultralytics", **settings: Any) -> Facts:
    """A command of a trainer that takes settings by name."""
    asked = {name: Asked(value) for name, value in settings.items()}
    library = ULTRALYTICS if trainer == "ultralytics" else Library()
    words = ("yolo", "train", *(f"{name}={value}" for name, value in settings.items()))
    return {"setup": Setup(words, ".", "ultralytics", trainer=trainer, asked=asked, library=library)}


def calling(
    *calls: Call, epochs: Loop = EPOCHS, words: frozenset[str] = frozenset(), **known: tuple[str, ...]
) -> Facts:
    """A script with these calls, and a loop over epochs."""
    used: Mapping[str, int] = {call.owner: 1 for call in calls}
    text = Script("train.py", calls, (epochs, BATCHES), used, words)
    return {"setup": Setup(("python", "train.py"), ".", "pytorch", script="train.py", text=text, keywords=known)}


def call(function: str, *loops: Loop, line: int = 5, target: str = "", **arguments: Any) -> Call:
    """A call with literal keyword arguments; one written as text is given as `Text`."""
    known = {name: value for name, value in arguments.items() if not isinstance(value, Text)}
    texts = {name: value.words if isinstance(value, Text) else repr(value) for name, value in arguments.items()}
    return Call(function, line, known, texts, target, loops)


def adam_with_groups(rates: Mapping[str, float], stored: frozenset[str] = frozenset()) -> Facts:
    """A script whose AdamW has groups of parameters with a rate each."""
    groups = tuple(
        Group(params, 5 + n, {"lr": rate}, {"lr": str(rate)}) for n, (params, rate) in enumerate(rates.items())
    )
    built = replace(call("torch.optim.AdamW"), groups=groups)
    text = Script("train.py", (built,), stored=stored)
    return {"setup": Setup(("python", "train.py"), ".", "pytorch", script="train.py", text=text)}


def configured(values: Mapping[str, Any]) -> Facts:
    """Settings of Hydra in one file, by dotted names; those that are called `num_classes` are classes."""
    held = {name: Asked(value, "config.yaml", n) for n, (name, value) in enumerate(values.items(), 1)}
    classes = tuple((name, asked) for name, asked in held.items() if name.endswith("num_classes"))
    found = Configured("hydra", ("config.yaml",), held, {"classes": classes}, whole=True)
    return {"setup": Setup(("python", "train.py"), ".", "pytorch", configured=found)}


class Text:
    """An argument that the text does not tell the value of."""

    def __init__(self, words: str) -> None:
        self.words = words


def stepping(kind: str, *loops: Loop, by: str = "", loop: Loop = EPOCHS, **arguments: Any) -> Facts:
    """A script that builds a schedule and steps it inside these loops, `by` the argument of its step."""
    built = call(f"torch.optim.lr_scheduler.{kind}", target="scheduler", **arguments)
    step = Call("scheduler.step", 20, {}, {"0": by} if by else {}, "", loops)
    return calling(built, step, epochs=loop)
