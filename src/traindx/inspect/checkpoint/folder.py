"""A checkpoint that is a folder, as the Hugging Face Trainer writes it, or the newest one of a folder with several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from traindx.core.checkpoint import Checkpoint, Part, Role
from traindx.errors import TraindxError
from traindx.inspect.checkpoint.reading import read_file, values_of_json

SUFFIXES = (".pt", ".pth", ".ckpt", ".pth.tar", ".pt.tar", ".safetensors", ".bin")
WEIGHTS = ("model.safetensors", "pytorch_model.bin", "adapter_model.safetensors", "adapter_model.bin")
SHARDS = ("model-*-of-*.safetensors", "pytorch_model-*-of-*.bin")
BESIDE: dict[str, Role] = {"optimizer.pt": "optimizer", "scheduler.pt": "scheduler", "scaler.pt": "scaler",
                           "optimizer.bin": "optimizer", "scheduler.bin": "scheduler"}  # fmt: skip
DATA = ("*.yaml", "*.yml", "*.jpg", "*.png", "annotations", "images", "train", "labels")
"""What a dataset's folder holds; one that has any of it is not taken for a folder of checkpoints."""


PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


def newest_in(folder: Path) -> Path | None:
    """The checkpoint that a folder is, or the newest in it; None if it holds none, or is a dataset's."""
    if _is_one(folder):
        return folder
    found = [p for p in folder.glob("checkpoint-*") if p.is_dir() and _is_one(p)]
    if not any(next(folder.glob(pattern), None) for pattern in DATA) and not _class_folders(folder):
        found += [p for p in folder.iterdir() if p.is_file() and p.name.endswith(SUFFIXES)]
    return max(found, key=lambda p: (p.stat().st_mtime, p.name), default=None)


def _class_folders(folder: Path) -> bool:
    """Whether a folder in it begins with pictures, as those of classes do."""
    inner = (islice(p.iterdir(), 20) for p in folder.iterdir() if p.is_dir())
    return any(p.suffix.lower() in PICTURES for held in inner for p in held)


def _is_one(folder: Path) -> bool:
    return bool(_files(folder)) or ((folder / "trainer_state.json").is_file() and (folder / "optimizer.pt").is_file())


def _files(folder: Path) -> list[Path]:
    whole = [p for name in WEIGHTS if (p := folder / name).is_file()]
    return whole[:1] or [p for pattern in SHARDS for p in sorted(folder.glob(pattern))]


def read_folder(folder: Path) -> Checkpoint:
    """A folder with weights and, beside them, the states of a training. A file that is none of its own is damage."""
    parts: list[Part] = []
    damage: list[str] = []
    code: set[str] = set()
    size = 0
    names = [*_files(folder), *(p for name in BESIDE if (p := folder / name).is_file())]
    for path in names:
        try:
            one = read_file(path)
        except TraindxError as error:
            damage.append(str(error))
            continue
        size += one.bytes
        code |= set(one.code)
        damage += [f"{path.name}: {told}" for told in one.damage]
        parts += _named(one, path.name)
    parts += [Part(p.name, "random") for p in sorted(folder.glob("rng_state*.pth"))] + list(_random_states(folder))
    damage += _lacking(folder)
    state = values_of_json(folder / "trainer_state.json")
    return Checkpoint(
        str(folder),
        "folder",
        "huggingface",
        tuple(parts),
        values={k: v for k, v in state.items() if isinstance(v, (int, float, str, bool))},
        settings=_arguments(folder),
        code=tuple(sorted(code)),
        damage=tuple(damage),
        has_names="id2label" in values_of_json(folder / "config.json"),
        bytes=size,
        files=tuple(p.name for p in names),
    )


def _named(one: Checkpoint, name: str) -> Iterator[Part]:
    role = BESIDE.get(name)
    for part in one.parts:
        yield replace(part, key=".".join(w for w in (name, part.key) if w), role=role or part.role)
    if role is not None and not one.parts:
        yield Part(name, role, values=one.values)


def _random_states(folder: Path) -> Iterator[Part]:
    """Those of accelerate."""
    return (Part(p.name, "random") for p in sorted(folder.glob("random_states_*.pkl")))


def _lacking(folder: Path) -> Iterator[str]:
    """Shards that an index names and that are not there."""
    for index in folder.glob("*.index.json"):
        named = values_of_json(index).get("weight_map")
        for name in sorted(set(named.values())) if isinstance(named, dict) else ():
            if not (folder / str(name)).is_file():
                yield f"{name} is not there, and {index.name} names it"


def _arguments(folder: Path) -> dict[str, object]:
    """The settings that the Trainer keeps in training_args.bin."""
    path = folder / "training_args.bin"
    if not path.is_file():
        return {}
    try:
        return dict(read_file(path).values)
    except TraindxError:
        return {}
