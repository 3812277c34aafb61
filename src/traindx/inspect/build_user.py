"""A model that the user's own code makes: `package.module:function` or `models.py:function`, executed because it was named."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError
from traindx.inspect.building import FORMS, LETTERBOX, SQUARE, Built, Wanted

COUNTS = ("num_classes", "nc", "n_classes", "num_labels", "classes", "n_class", "number_of_classes")
"""Names of parameters that take the number of classes."""
SIZES = (224, 64, 32, 28, 96, 128, 256, 640)
HINT = f"give one of: {FORMS}"


def built(wanted: Wanted) -> Built:
    """What the named function returns, the class makes, or the name holds."""
    import torch

    module, _, name = wanted.spec.rpartition(":")
    named = _import(module)
    for part in name.split("."):
        if not hasattr(named, part):
            raise TraindxError(f"{module} has no {name}", "the model cannot be built", HINT)
        named = getattr(named, part)
    chosen = "model"
    if isinstance(named, torch.nn.Module):
        model, source = named, type(named)
    else:
        options, chosen = _options(wanted, named)
        model, source = named(**options), named
    if isinstance(model, tuple):
        model = next((part for part in model if isinstance(part, torch.nn.Module)), model)
    inner = getattr(model, "model", None)
    if not isinstance(model, torch.nn.Module) and isinstance(inner, torch.nn.Module):
        model = inner
    model = getattr(model, "_orig_mod", model)  # of torch.compile
    if isinstance(model, torch.jit.ScriptModule):
        raise TraindxError(
            f"{wanted.spec} gives a scripted model", "its layers cannot be followed", "return it unscripted"
        )
    if not isinstance(model, torch.nn.Module):
        raise TraindxError(
            f"{wanted.spec} gives {type(model).__name__}", "a torch.nn.Module is needed", "return the model"
        )
    path, line = _written(source)
    listed = "torchvision.models.detection" in " ".join(kind.__module__ for kind in type(model).__mro__)
    sizes = (wanted.imgsz,) if wanted.imgsz else _sizes(model, wanted)
    task = "detect" if listed else wanted.task
    scaled = LETTERBOX if task == "detect" else SQUARE
    return Built(model, "pytorch", task, sizes, scaled, chosen, listed, path=path, line=line)


def _import(module: str) -> Any:
    sys.path.insert(0, str(Path.cwd()))
    if not module.endswith(".py"):
        return importlib.import_module(module)
    path = Path(module)
    if not path.is_file():
        raise TraindxError(f"{module}: no such file", "the model cannot be built", HINT)
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    if spec is None or spec.loader is None:
        raise TraindxError(f"{module} is no Python file", "the model cannot be built", HINT)
    made = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = made
    spec.loader.exec_module(made)
    return made


def _options(wanted: Wanted, named: Any) -> tuple[dict[str, Any], str]:
    """Arguments for the user's function: the number of classes where it must have it, or the user named one."""
    if not callable(named):
        raise TraindxError(f"{wanted.spec} is {type(named).__name__}", "a function or a class is needed", HINT)
    parameters = [
        p for p in inspect.signature(named).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    options: dict[str, Any] = {}
    chosen = "model"
    for p in parameters:
        if p.name in COUNTS and wanted.number is not None and (p.default is p.empty or wanted.given is not None):
            options[p.name], chosen = wanted.number, wanted.chosen
        elif p.default is p.empty:
            raise TraindxError(
                f"{wanted.spec} needs {p.name}", "it is called without arguments", "name a function that needs none"
            )
    return options, chosen


def _written(source: Any) -> tuple[str | None, int | None]:
    try:
        path, (_, line) = inspect.getsourcefile(source), inspect.getsourcelines(source)
    except (OSError, TypeError):
        return None, None
    if path is None or "site-packages" in path:
        return None, None
    shown = Path(path).resolve()
    return (shown.relative_to(Path.cwd()).as_posix() if shown.is_relative_to(Path.cwd()) else str(shown)), line


def _sizes(model: Any, wanted: Wanted) -> tuple[int, ...]:
    """Sizes of pictures to try: what the model says of itself, what the pictures have, then the usual ones."""
    said = []
    for holder in (model, getattr(model, "patch_embed", None), getattr(model, "config", None)):
        for name in ("img_size", "image_size", "input_size", "imgsz"):
            value = getattr(holder, name, None)
            value = value[-1] if isinstance(value, (tuple, list)) and value else value
            said += [value] if isinstance(value, int) and 8 <= value <= 2048 else []
    common = [wanted.common] if wanted.common else []
    usual = SIZES if wanted.task == "classify" else (640, *SIZES)
    return tuple(dict.fromkeys((*said, *common, *usual)))
