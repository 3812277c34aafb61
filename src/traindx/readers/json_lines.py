"""Logs of one JSON object a line: DETR's and DeiT's log.txt, MMEngine's and older OpenMMLab logs, Detectron2's metrics.json.

DETR, DeiT, MAE, ConvNeXt: a line an epoch, `train_loss`, `test_loss`, `test_acc1`, `test_coco_eval_bbox` (twelve numbers:
mAP, mAP50, ...); `test` is the validation set. OpenMMLab: lines of `mode` train and val, or of `step` (MMEngine's
vis_data/scalars.json), `loss`, `coco/bbox_mAP`, `accuracy/top1`. Detectron2: `iteration`, `total_loss`, `bbox/AP` in per cent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.readers import names
from traindx.readers.beside import plan_of, settings_of
from traindx.readers.json_history import flat
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares
from traindx.readers.windows import by_validation

NAMES = ("log.txt", "metrics.json", "log.json", "scalars.json", "log.jsonl", "metrics.jsonl", "history.jsonl")
PATTERNS = ("*.log.json", "vis_data/scalars.json", "*/vis_data/scalars.json")
"""Where OpenMMLab's logs lie in a work_dir; of several, the newest by name counts."""

_AVERAGE_PRECISION = {
    "map": "mAP50-95",
    "ap": "mAP50-95",
    "map_50": "mAP50",
    "ap50": "mAP50",
    "map_0.5": "mAP50",
}
_BOXES = ("bbox", "coco", "segm")


def read_lines(path: Path) -> Facts | None:
    """`history`, and `setup` where settings lie beside the log; None if the path is no such log."""
    log = _log_in(path)
    if log is None or not log.is_file():
        return None
    entries = list(objects_in(log))
    found = _rows(entries)
    if not any({"epoch", "step"} & row.keys() for row in found):
        found = [{"epoch": float(i), **row} for i, row in enumerate(found)]  # DETR's first logs: a line an epoch
    rows, notes = by_validation(found)
    rows, scaled = as_shares(rows)
    if not any(name.startswith(("train/", "val/", "metric/")) for row in rows for name in row):
        return None
    settings = settings_of(log.parent)
    tool = _tool(entries)
    history = history_of(rows, source=str(log), tool=tool, notes=[*notes, *scaled], **plan_of(settings))
    return {"history": history} | ({"setup": Setup((), str(log.parent), "pytorch", settings)} if settings else {})


JSON_LINES = Reader("DETR, OpenMMLab, Detectron2", f"{', '.join(NAMES[:4])} with a JSON object a line", read_lines, 12)


def objects_in(log: Path) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of a file, a line each; lines that are none, or were cut short, are left out."""
    with log.open(encoding="utf-8-sig", errors="replace") as file:
        for line in file:
            if line.lstrip()[:1] != "{":
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                yield found


def _log_in(path: Path) -> Path | None:
    if not path.is_dir():
        return path if path.suffix in (".txt", ".json", ".jsonl") else None
    for name in NAMES:
        if (path / name).is_file():
            return path / name
    return max((p for pattern in PATTERNS for p in path.glob(pattern)), default=None)


def _tool(entries: Iterable[Mapping[str, Any]]) -> str:
    keys = {key for entry in entries for key in entry}
    if "iteration" in keys:
        return "Detectron2"
    if "mode" in keys or any(key.startswith(("coco/", "accuracy/")) for key in keys):
        return "OpenMMLab"
    return "DETR" if "test_coco_eval_bbox" in keys else "a JSON log"


def _rows(entries: Iterable[Mapping[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    for entry in entries:
        nested = any(isinstance(value, dict) for value in entry.values())
        found: Row = dict(_values(flat(entry) if nested else entry))
        validation = any(name.startswith(("val/", "metric/")) for name in found)
        if entry.get("mode") == "val" or (validation and not any(n.startswith("train/") for n in found)):
            found = {n: v for n, v in found.items() if not n.startswith("lr/")}
        if not found:
            continue
        epoch, step = entry.get("epoch"), entry.get("step", entry.get("iteration", entry.get("iter")))
        if isinstance(epoch, (int, float)):
            found["epoch"] = float(epoch)
        elif validation and isinstance(step, (int, float)) and any("epoch" in e for e in rows):
            found["epoch"] = float(step)  # MMEngine gives a validation the epoch as its step
        if isinstance(step, (int, float)):
            found["step"] = float(step)
        rows.append(found)
    return rows


def _values(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    total = next((key for key in ("loss", "total_loss", "train_loss") if key in entry), None)
    for key, value in entry.items():
        if key == "test_coco_eval_bbox" and isinstance(value, list) and len(value) >= 2:
            yield "metric/mAP50-95", float(value[0])
            yield "metric/mAP50", float(value[1])
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            known = _meaning(key, entry, total)
            if known is not None:
                yield known, float(value) / (100 if key.startswith(("bbox/", "segm/")) else 1)


def _meaning(key: str, entry: Mapping[str, Any], total: str | None) -> str | None:
    low = key.lower()
    group, _, last = low.rpartition("/")
    name = last.removeprefix("bbox_") if group or low.startswith("bbox_") else last
    name = name.removeprefix("bbox_")
    if name in _AVERAGE_PRECISION and (group in _BOXES or low.startswith("bbox_") or group.startswith("coco")):
        return None if group == "segm" else f"metric/{_AVERAGE_PRECISION[name]}"
    if group == "accuracy" or low in ("accuracy_top-1", "accuracy_top1"):
        return "metric/accuracy_top1" if "1" in last.partition("top")[2][:2] else None
    if key == total or low in ("validation_loss", "total_val_loss"):
        of_validation = entry.get("mode") == "val" or key != total
        return "val/loss" if of_validation else "train/loss"
    if low.startswith("test_"):
        return names.meaning(f"val_{key[5:]}")
    if low in ("loss_bbox", "loss_box_reg"):
        return "train/box" if entry.get("mode") != "val" else None
    known = names.meaning(key)
    return None if known is None or (known.startswith("train/") and total is not None) or known == "epoch" else known
