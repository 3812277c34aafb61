"""A history in one JSON file: lists by name, as Keras' `History.history` and own loops save them, or a list of epochs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.readers import ultralytics
from traindx.readers.beside import plan_of, settings_of
from traindx.readers.names import is_validation, meaning, split_first, tests_in_place_of_validation
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares, by_epoch

NAMES = (
    *("history.json", "training_history.json", "train_history.json", "training_log.json", "results.json"),
    *("metrics.json", "log.json", "logs.json", "losses.json", "train_log.json"),
)
LARGEST = 50_000_000
"""A larger file is no history of epochs, and is not read."""


def read_history(path: Path) -> Facts | None:
    """`history`, and `setup` where settings lie beside it; None if the path is no such file."""
    file = next((p for name in NAMES if (p := path / name).is_file()), path)
    own = list(path.glob("*.json")) if file.is_dir() else []
    file = own[0] if len(own) == 1 else file
    if not file.is_file() or file.suffix != ".json" or file.stat().st_size > LARGEST:
        return None
    try:
        held = json.loads(file.read_text(encoding="utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return None
    rows, notes = rows_in(held)
    rows, scaled = as_shares(rows)
    if not rows:
        return None
    settings = settings_of(file.parent)
    history = history_of(rows, source=str(file), tool="a JSON history", notes=[*notes, *scaled], **plan_of(settings))
    return {"history": history} | ({"setup": Setup((), str(file.parent), "pytorch", settings)} if settings else {})


JSON_HISTORY = Reader("Keras-like history", f"{NAMES[0]}, or a .json with lists loss, val_loss, ...", read_history, 14)


def rows_in(held: Any) -> tuple[list[Row], list[str]]:
    """The epochs in lists by name, or in a list of epochs, and notes on what was decided; none where neither is there."""
    given = _epochs(held)
    chosen = _columns([name for entry in given for name in entry])
    rows: list[Row] = [
        {"epoch": float(i), **{column: entry[name] for name, column in chosen.items() if name in entry}}
        for i, entry in enumerate(given, 1)
    ]
    if not any(name.startswith(("train/", "val/", "metric/")) for row in rows for name in row):
        return [], []
    return by_epoch(rows)


def _epochs(held: Any) -> list[dict[str, float]]:
    """A mapping of numbers for each epoch; none if the file holds neither lists by name nor a list of epochs."""
    if isinstance(held, dict):
        inner = next((held[k] for k in ("history", "epochs", "log") if isinstance(held.get(k), (dict, list))), None)
        lists = {str(k): v for k, v in held.items() if isinstance(v, list) and v and _is_number(v[0])}
        if not lists and held and all(str(k).isdigit() and isinstance(v, dict) for k, v in held.items()):
            return [{"epoch": float(k), **flat(held[k])} for k in sorted(held, key=int)]
        if not lists and inner is not None:
            return _epochs(inner)
        lists |= {
            f"{split}_{name}": values
            for split, group in held.items()
            if isinstance(group, dict)
            for name, values in group.items()
            if isinstance(values, list) and values and _is_number(values[0])
        }
        if not lists:
            return []
        length = max(map(len, lists.values()))
        return [{k: float(v[i]) for k, v in lists.items() if i < len(v) and _is_number(v[i])} for i in range(length)]
    if isinstance(held, list):
        return [flat(entry) for entry in held if isinstance(entry, dict)]
    return []


def flat(entry: Mapping[str, Any]) -> dict[str, float]:
    """Numbers by name, those of nested mappings (`train: {loss: ...}`) by both names."""
    numbers = {str(k): float(v) for k, v in entry.items() if _is_number(v)}
    nested = [(k, v) for k, v in entry.items() if isinstance(v, dict)]
    return numbers | {f"{k}_{name}": number for k, v in nested for name, number in flat(v).items()}


def _columns(found: list[str]) -> dict[str, str]:
    """The history's column of each name that has one; of two for one column, the one that says it is of validation."""
    names = {name: _singular(name) for name in found}
    written = Counter(names[name] for name in found)
    tested = tests_in_place_of_validation(name for name, times in written.items() if times > 1)
    chosen: dict[str, str] = {}
    for name in sorted(names, key=lambda n: not is_validation(n)):
        own = tested.get(names[name], split_first(names[name]))
        known = (ultralytics.meaning(name) if "/" in name else None) or meaning(own)
        if known is not None and known != "seconds" and known not in chosen.values():
            chosen[name] = known
    return chosen


def _singular(name: str) -> str:
    """`train_losses`, `val_accs` as own loops call their lists."""
    low = name.lower()
    return low.removesuffix("es") if low.endswith("losses") else low.removesuffix("s") if low.endswith("accs") else name


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
