"""The network that a training would have: built in a process of its own, from what `model=` names, and read from its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.network import Network, network_of
from traindx.core.pickled import Made, plain_values
from traindx.errors import TraindxError
from traindx.inspect.labelled_pictures import labelled_pictures

PICTURES = 16
LABELLED = 288
"""Labelled pictures for twins: those that are held back, and those that are trained on in between."""
SECONDS, LONGER = 300.0, 1500.0
"""After so long a model that is still being built is given up; with twins later, which take their time of the processor alone."""
CHECKPOINTS = (".pt", ".pth", ".ckpt", ".bin", ".safetensors")
MAX_BYTES = 2**24
QUIET = {
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""The child's surroundings: no device, nothing downloaded or installed, no file left beside the user's."""


def build_network(spec: str, dataset: Dataset | None, settings: Mapping[str, Any]) -> Network | None:
    """The network that `spec` names, for this dataset; None where it is a checkpoint that holds no structure.

    `settings` may name imgsz, batch, num_classes (or nc), and seconds for `few` samples and `twins`.
    Raises `TraindxError` for what cannot be built.
    """
    yaml = None
    if spec.endswith(CHECKPOINTS) and Path(spec).is_file():
        yaml = structure_in(Path(spec))
        if yaml is None:
            return None
        settings = {"weights": spec, **settings}
    found = _ask({**request_for(spec, dataset, settings), "yaml": yaml})
    if "error" in found:
        raise TraindxError(*found["error"])
    return network_of(found["network"])


def structure_in(path: Path) -> dict[str, Any] | None:
    """The yaml of an Ultralytics or YOLOv5 model in a checkpoint, read opcode by opcode; None where there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            index = next((e for e in archive.infolist() if e.filename.rpartition("/")[2] == "data.pkl"), None)
            if index is None or index.file_size > MAX_BYTES:
                return None
            held = plain_values(archive.read(index))
    except (OSError, zipfile.BadZipFile):
        return None
    for key in ("ema", "model"):
        model = held.get(key) if isinstance(held, dict) else None
        state = model.state if isinstance(model, Made) else None
        yaml = state.get("yaml") if isinstance(state, dict) else None
        if isinstance(yaml, dict) and {"backbone", "head"} <= yaml.keys() and _is_plain(yaml):
            return yaml
    return None


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, list):
        return all(_is_plain(v) for v in value)
    return value is None or isinstance(value, (str, int, float, bool))


def request_for(spec: str, dataset: Dataset | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the child process is told, as `building.Wanted` takes it."""
    given = settings.get("num_classes", settings.get("nc"))
    wanted: dict[str, Any] = {"spec": spec, "given": given}
    wanted |= {name: settings[name] for name in ("imgsz", "batch") if settings.get(name)}
    if dataset is None:
        return wanted
    channels = dataset.settings.get("channels")
    task = "classify" if dataset.task == "classify" else "detect"
    chosen = _chosen(dataset)
    pictures = [dataset.absolute(str(dataset.images.path[at])) for at in chosen]
    wanted |= {"classes": dataset.num_classes or None, "task": task, "pictures": pictures}
    if settings.get("few"):
        labels = [int(dataset.images.class_id[at]) for at in chosen] if task == "classify" else []
        wanted |= {"few": settings["few"], "labels": labels}
    if settings.get("twins"):
        wanted |= {name: settings[name] for name in ("twins", "weights", "device", "augment") if settings.get(name)}
        wanted |= {"labelled": labelled_pictures(dataset, LABELLED)}
    return wanted | {"channels": channels if isinstance(channels, int) else None, "common": _common(dataset)}


def _chosen(dataset: Dataset) -> list[int]:
    """Sound pictures of train, evenly spread; none where they are not local."""
    images = dataset.images
    sound = np.flatnonzero((images.split == dataset.training_split) & (images.damage == ""))
    if not len(sound) or "://" in dataset.root:
        return []
    return [int(at) for at in sound[np.unique(np.linspace(0, len(sound) - 1, PICTURES).astype(int))]]


def _common(dataset: Dataset) -> int | None:
    """The side that nine of ten pictures have in width and height, up to 512."""
    square = dataset.images.width[dataset.images.width == dataset.images.height]
    if len(square) < 0.9 * len(dataset.images) or not len(square):
        return None
    side, count = Counter(square.tolist()).most_common(1)[0]
    return int(side) if count >= 0.9 * len(dataset.images) and 8 <= side <= 512 else None


def _ask(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the child process answers. Its output is kept back, and its last line told where it ends without an answer."""
    with tempfile.TemporaryDirectory(prefix="traindx-") as folder:
        answer = Path(folder) / "network.json"
        quiet = {k: v for k, v in QUIET.items() if not (request.get("twins") and k == "CUDA_VISIBLE_DEVICES")}
        env = {
            **os.environ,
            **quiet,
            "YOLO_CONFIG_DIR": os.environ.get("YOLO_CONFIG_DIR", folder),
            "MPLCONFIGDIR": folder,
        }
        most = LONGER if request.get("twins") else SECONDS
        try:
            done = subprocess.run(
                [sys.executable, "-m", "traindx.inspect.child"],
                input=json.dumps({**request, "answer": str(answer)}),
                capture_output=True,
                text=True,
                env=env,
                timeout=most,
            )
        except subprocess.TimeoutExpired:
            return {"error": [f"model {request['spec']} was not built within {most:g} s", "", "give a smaller imgsz"]}
        if answer.is_file():
            found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
            return found
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        said = f"the process that built model {request['spec']} ended with status {done.returncode}: {last[:300]}"
        return {"error": [said, "", "run the code that builds the model by itself"]}
