"""The settings that a run left beside its log: yaml or json files of one level, and what they say of the plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

import yaml

NAMES = ("hparams.yaml", "args.yaml", "config.yaml", "args.json", "config.json")
"""What Lightning, timm, and own loops call the file of settings."""

PLANNED = ("epochs", "max_epochs", "num_epochs", "n_epochs", "num_train_epochs", "nb_epochs")
LARGEST = 1_000_000
"""A larger file of settings is something else, and is not read."""


class Plan(TypedDict, total=False):
    """Arguments of `history_of` that settings give."""

    planned_epochs: int | None
    warmup_epochs: float | None
    patience: int | None


def settings_of(folder: Path) -> dict[str, Any]:
    """The settings in the first file of `NAMES` that can be read; empty where there is none. A log can do without."""
    for name in NAMES:
        found = mapping_in(folder / name)
        if found:
            return found
    return {}


def mapping_in(path: Path) -> dict[str, Any]:
    """A yaml or json file as a mapping; empty if there is none, or it is broken or too large. Nothing in it is constructed."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return {}
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        loaded = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_Plain)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return {str(k): v for k, v in loaded.items()} if isinstance(loaded, dict) else {}


def plan_of(settings: Mapping[str, Any]) -> Plan:
    """What settings say of the plan: epochs, warm-up, patience; None where they say nothing."""
    planned = next((n for key in PLANNED if (n := _whole(settings.get(key))) is not None), None)
    warm = settings.get("warmup_epochs")
    return {
        "planned_epochs": planned,
        "warmup_epochs": float(warm) if isinstance(warm, (int, float)) else None,
        "patience": _whole(settings.get("patience")),
    }


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


class _Plain(yaml.SafeLoader):
    """Reads tags of Python objects (argparse.Namespace, paths) as the plain values under them, and makes no object."""


def _plainly(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Plain.add_multi_constructor("", _plainly)
