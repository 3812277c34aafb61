"""Models of Ultralytics from their yaml, with the data's number of classes as its trainer takes it; YOLOv5's yaml with anchors."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError
from traindx.inspect.building import LETTERBOX, SQUARE, Built, Wanted

KNOWN = re.compile(r"(yolo(v?\d+|e|-?world)|rtdetr|yolov10)[\w.-]*", re.IGNORECASE)
CLASSIFY, DETECT = 224, 640
"""`imgsz` of Ultralytics' trainer where nothing else is said: 640; its classification examples train at 224."""


def knows(name: str) -> bool:
    """Whether a word looks like one of its models: yolo11n, yolov8s-cls, rtdetr-l."""
    return KNOWN.fullmatch(Path(name).name) is not None and find_spec("ultralytics") is not None


def built(wanted: Wanted, name: str) -> Built:
    """The model with random weights: a checkpoint's name stands for the yaml of the same name."""
    from ultralytics.nn import tasks

    notes = []
    if wanted.yaml is not None:
        description = dict(wanted.yaml)
        notes.append("the structure is that in the checkpoint; its weights were not read")
    else:
        asked = Path(name).with_suffix(".yaml") if Path(name).suffix in (".pt", "") else Path(name)
        if asked != Path(name):
            notes.append(f"built from {asked} with random weights")
        description = _description(tasks, str(asked))
    path = name if Path(name).is_file() else None
    notes = [*notes, *_overridden(description, wanted)]
    channels = wanted.channels or int(description.get("ch", description.get("channels", 3)) or 3)
    if description.get("anchors"):
        return _with_anchors(tasks, description, wanted, channels, path, notes)
    task = tasks.guess_model_task(description)
    kinds = {"segment": "SegmentationModel", "pose": "PoseModel", "obb": "OBBModel", "classify": "ClassificationModel"}
    is_rtdetr = "rtdetr" in str(description.get("head", "")).lower()
    kind = "RTDETRDetectionModel" if is_rtdetr else kinds.get(task, "DetectionModel")
    model = getattr(tasks, kind)(description, ch=channels, nc=wanted.number, verbose=False)
    scaled, size = (SQUARE, CLASSIFY) if task == "classify" else (LETTERBOX, DETECT)
    found = "classify" if task == "classify" else "detect"
    return Built(
        model, "ultralytics", found, (_fit(wanted.imgsz or size),), scaled, wanted.chosen, path=path, notes=notes
    )


def _description(tasks: Any, name: str) -> dict[str, Any]:
    try:
        return dict(tasks.yaml_model_load(name))
    except (FileNotFoundError, OSError) as error:
        raise TraindxError(f"model {name} is not there", "Ultralytics has no yaml of this name", str(error)) from error


def _overridden(description: Mapping[str, Any], wanted: Wanted) -> list[str]:
    """What the yaml says of the classes, where the trainer takes the data's number instead."""
    written = description.get("nc")
    if isinstance(written, int) and wanted.given is None and wanted.classes and written != wanted.classes:
        return [f"its yaml says nc: {written}, the trainer takes the data's {wanted.classes}"]
    return []


def _fit(size: int) -> int:
    """The next multiple of 32, as Ultralytics rounds it."""
    return max(32, -(-size // 32) * 32)


def _with_anchors(
    tasks: Any, description: Mapping[str, Any], wanted: Wanted, channels: int, path: str | None, notes: list[str]
) -> Built:
    """YOLOv5's model: backbone and neck as its yaml says, and its head with anchors in place of the one without."""
    from traindx.inspect.anchor_head import AnchorHead, anchors_of

    plain = copy.deepcopy(dict(description))
    anchors = plain.pop("anchors")
    from_, repeats, kind, _ = plain["head"][-1]
    if str(kind).rpartition(".")[2] != "Detect":
        raise TraindxError(f"the head of {wanted.spec} is {kind}", "with anchors only Detect can be built", "")
    plain["head"][-1] = [from_, repeats, "Detect", ["nc"]]
    model = tasks.DetectionModel(plain, ch=channels, nc=wanted.number, verbose=False)
    old = model.model[-1]
    widths = [branch[0].conv.in_channels for branch in old.cv2]
    said, rows = anchors_of(anchors, [float(s) for s in old.stride])
    made = AnchorHead(old.nc, max(1, len(rows[0]) if rows else 3), widths, old.stride)
    for name in ("i", "f", "type"):
        setattr(made, name, getattr(old, name))
    model.model[-1] = made
    size = _fit(wanted.imgsz or DETECT)
    return Built(
        model,
        "ultralytics",
        "detect",
        (size,),
        LETTERBOX,
        wanted.chosen,
        anchors={"levels": rows, "rule": "factor", "threshold": 4.0, "problem": said},
        path=path,
        notes=notes,
    )
