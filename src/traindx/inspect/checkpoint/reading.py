"""A checkpoint's file or folder to the fact: its parts with the numbers of each tensor, read without unpickling."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from traindx.core.checkpoint import Checkpoint, Part, Writer
from traindx.core.pickled import Made
from traindx.errors import TraindxError
from traindx.inspect.checkpoint.numbers import Raw, distance, tensor_of, width
from traindx.inspect.checkpoint.parts import Found, entries_of, parts_in, plain_below, rebuilt
from traindx.inspect.checkpoint.storages import Opened, opened

SETTINGS = ("train_args", "args", "hyper_parameters", "cfg", "config", "opt", "hparams")
"""Keys under which checkpoints keep the settings of their training."""

NAMES = ("names", "class_names", "classes", "class_to_idx", "id2label", "label2id")
TYPES = {
    "Double": "float64", "Float": "float32", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64", "Int": "int32",
    "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool",
}  # fmt: skip
SAFE_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32", "I16": "int16",
    "I8": "int8", "U8": "uint8", "BOOL": "bool", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "U16": "uint16",
    "U32": "uint32", "U64": "uint64",
}  # fmt: skip


def read_file(path: Path) -> Checkpoint:
    """The checkpoint in one file. Raises `TraindxError` if it is none."""
    try:
        found = opened(path)
    except OSError as error:
        raise TraindxError(f"{path} cannot be read: {error.strerror}", "", "look at its permissions") from error
    if found.format == "safetensors":
        raws = dict(_safe_raws(found))
        part = Part("", "model", tuple(tensor_of(name, raw) for name, raw in raws.items()))
        return Checkpoint(str(path), found.format, parts=(part,), damage=tuple(found.damage), bytes=path.stat().st_size)
    content = entries_of(found.content)
    settings = next((dict(s) for name in SETTINGS if (s := entries_of(content.get(name)))), {})
    return Checkpoint(
        str(path),
        found.format,
        writer=_writer(content),
        parts=tuple(_parts(found)),
        values=plain_below(content, lambda name: name in ("meta", "ema", "loops")),
        settings={str(k): v for k, v in settings.items() if isinstance(v, (int, float, str, bool))},
        code=found.code,
        damage=tuple(found.damage),
        has_names=_has_names(found.content),
        bytes=path.stat().st_size,
    )


def weights_in(path: Path) -> Iterator[tuple[str, Mapping[str, Raw]]]:
    """Role (`model`, `ema`) and tensors by name of the weights in a file. Raises `TraindxError` if it is no checkpoint."""
    found = opened(path)
    if found.format == "safetensors":
        yield "model", dict(_safe_raws(found))
        return
    for part in parts_in(found.content):
        if part.role in ("model", "ema") and part.tensors:
            yield part.role, dict(_raws(part, found))


def _writer(content: Mapping[Any, Any]) -> Writer:
    names = set(content)
    if "pytorch-lightning_version" in names:
        return "lightning"
    if {"train_args", "license"} <= names or {"train_args", "train_results"} <= names:
        return "ultralytics"
    if {"model", "ema", "updates"} <= names:
        return "yolov5"
    if {"arch", "state_dict", "version"} <= names:
        return "timm"
    meta = entries_of(content.get("meta"))
    return "openmmlab" if any("mmengine" in str(k) or "mmcv" in str(k) for k in meta) else "pytorch"


def _has_names(content: Any) -> bool:
    """Whether names of classes are kept, in the content itself or in what it holds."""
    level = [content]
    for _ in range(3):
        states = [v.state if isinstance(v, Made) and isinstance(v.state, dict) else entries_of(v) for v in level]
        if any(state.get(name) for state in states for name in NAMES):
            return True
        level = [inner for state in states for inner in state.values() if isinstance(inner, (Made, dict))]
    return False


def _parts(found: Opened) -> Iterator[Part]:
    """The parts with their numbers; an average besides with its distance from the model."""
    parts = parts_in(found.content)
    model = next((part for part in parts if part.role == "model" and part.tensors), None)
    for part in parts:
        raws = dict(_raws(part, found))
        tensors = tuple(tensor_of(name, raw) for name, raw in raws.items())
        apart = _distance(raws, model, found) if part.role == "ema" and model is not None else None
        yield Part(part.key, part.role, tensors, part.values, tuple(part.groups), apart)


def _distance(raws: Mapping[str, Raw], model: Found, found: Opened) -> float | None:
    ours = {name.removeprefix("module."): raw for name, raw in raws.items() if len(raw.shape) > 1}
    theirs = {name.removeprefix("module."): raw for name, raw in _raws(model, found)}
    return distance([(raw, theirs[name]) for name, raw in ours.items() if name in theirs])


def _raws(part: Found, found: Opened) -> Iterator[tuple[str, Raw]]:
    for name, made in part.tensors.items():
        raw = _raw(made, found)
        if raw is not None:
            yield name, raw


def _raw(made: Made, found: Opened) -> Raw | None:
    """The bytes that a tensor spans in its storage; None where it is of an unknown kind. What is missing is said as damage."""
    call = rebuilt(made)
    given = call.arguments if call is not None else ()
    if not isinstance(given, tuple) or len(given) < 4 or not isinstance(given[0], Made):
        return None
    storage, offset, shape, stride = given[:4]
    where = storage.arguments
    if not isinstance(where, tuple) or len(where) < 5 or not isinstance(shape, tuple) or not isinstance(stride, tuple):
        return None
    words = str(where[1]).rpartition(" ")[2].removesuffix("Storage")
    dtype = TYPES.get(words) or (str(given[6]).rpartition(" ")[2] if len(given) > 6 else "uint8")
    size = width(dtype)
    if size is None:
        return None
    held = found.storages.get(str(where[2]))
    span = 0 if 0 in shape else 1 + sum((n - 1) * s for n, s in zip(shape, stride, strict=True))
    start, end = int(offset) * size, (int(offset) + span) * size
    if held is None or end > len(held):
        if span and not any(str(where[2]) in told for told in found.damage):
            there = "is not there" if held is None else f"has {len(held):,} bytes"
            found.damage.append(f"storage data/{where[2]} {there}, and its tensor of shape {shape} wants {end:,}")
        return None
    return Raw(held[start:end], dtype, shape, tuple(int(n) for n in stride))


def _safe_raws(found: Opened) -> Iterator[tuple[str, Raw]]:
    for name, entry in (found.content or {}).items():
        dtype = SAFE_TYPES.get(str(entry.get("dtype")))
        if dtype is not None and name in found.storages and len(found.storages[name]) % (width(dtype) or 1) == 0:
            yield name, Raw(found.storages[name], dtype, tuple(entry["shape"]))


def values_of_json(path: Path) -> Mapping[str, Any]:
    """The plain values of a JSON object; empty where the file cannot be read."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
