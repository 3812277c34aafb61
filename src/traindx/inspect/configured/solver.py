"""Settings in capitals that a script writes itself (`cfg.SOLVER.BASE_LR = 0.001`), as Detectron2 and other users of yacs do."""

from __future__ import annotations

from pathlib import Path

from traindx.core.script import Call, Script
from traindx.inspect.configured.tree import UNTOLD, Held, made, merged, put, read_yaml

MAKERS = ("get_cfg", "get_cfg_defaults", "merge_from_file", "merge_from_list")
"""Functions whose call says that the fields are settings. The first two and no more: `CfgNode` alone may be anybody's."""


def written_in(text: Script, home: Path) -> tuple[Held, bool] | None:
    """The settings over those of the files that the script merges, and whether all of these were found; None where it has none."""
    if not any(text.called(*MAKERS)) or not any(name.count(".") for name, _, _ in text.fields):
        return None
    tree, whole = Held({}), True
    for call in text.called("merge_from_file"):
        name = call.get("cfg_filename", 0)
        path = home / name if isinstance(name, str) else None
        under = read_yaml(path, path.name) if path is not None and path.is_file() else None
        whole = whole and under is not None and "_BASE_" not in under.entries
        tree = tree if under is None else merged(tree, under)
    for call in text.called("merge_from_list"):
        tree = _listed(call, tree, text.path)
    seen: dict[str, object] = {}
    for name, value, line in text.fields:
        known = name not in seen or (type(seen[name]) is type(value) and seen[name] == value)
        seen[name] = value
        part = made(value, text.path, line) if known and value is not None else Held(UNTOLD, text.path, line)
        tree = put(tree, name, part)
    return tree, whole


def _listed(call: Call, tree: Held, path: str) -> Held:
    """`merge_from_list(["SOLVER.BASE_LR", 0.01])`: names and values in turn."""
    found = call.get("cfg_list", 0)
    if isinstance(found, list) and len(found) % 2 == 0:
        for name, value in zip(found[::2], found[1::2], strict=True):
            tree = put(tree, name, made(value, path, call.line)) if isinstance(name, str) else tree
    return tree
