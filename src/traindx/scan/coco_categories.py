"""Category ids to class ids 0..n-1, in the order of the ids; annotations whose category no list names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from traindx.core.dataset import Floats
from traindx.scan.coco_columns import CocoEntries, Key
from traindx.scan.entry_rows import Entry, shown

WITHIN = 0.99
"""Share of the boxes whose category has to lie in first + 1 .. last + 1 for ids to count as shifted by one."""


def class_names(files: Sequence[CocoEntries]) -> tuple[dict[int, str], dict[object, int]]:
    """Names by class id, and class ids by category id, over all jsons: of an id that two jsons name, the first name.

    Without any category the ids in use are taken, so that the rest can be examined.
    """
    named: dict[Key, str] = {}
    for entries in files:
        for key, name in entries.categories.items():
            named.setdefault(key, name)
    if not named:
        used = {key for entries in files for key in entries.boxes.category}
        named = {key: f"category {shown(key)}" for key in used}
    order = sorted(named, key=lambda key: (isinstance(key, str), key if isinstance(key, int) else 0, str(key)))
    return {n: named[key] for n, key in enumerate(order)}, {key: n for n, key in enumerate(order)}


def class_ids(entries: CocoEntries, number: Mapping[object, int], classes: int) -> tuple[Floats, list[Entry]]:
    """The class id of each box, nan where its category is unknown, and an entry for each of these.

    Ids that run from first + 1 to last + 1, where the categories run from first to last, become 1..n: they are one too
    large, which the checks say of the whole set.
    """
    used = Counter(entries.boxes.category)
    shift = _shifted(used, number)
    at = {key: float(number.get(key, classes if shift else -1)) for key in used}
    unknown = {key for key in used if key not in entries.categories and not (shift and key in number)}
    if not entries.categories:
        return _column(entries, at), _without_categories(entries, used)
    if shift:
        return _column(entries, at), []
    other_type = {str(key): number[key] for key in entries.categories if isinstance(key, int)}
    at |= {key: float(other_type[key]) if key in other_type else np.nan for key in unknown}
    return _column(entries, at), list(_unknown(entries, unknown, other_type))


def _unknown(entries: CocoEntries, unknown: AbstractSet[Key], other_type: Mapping[str, int]) -> Iterator[Entry]:
    """An entry for each annotation of these categories. Where ids stand twice, as many others are lost: that is one fault."""
    twice = [entry for entry in entries.odd if entry.kind == "duplicate-category" and "stands twice" in entry.reason]
    lost = unknown - other_type.keys()
    because = f" ({twice[0].reason})" if len(lost) <= len(twice) and twice else ""
    boxes = entries.boxes
    for n, key in enumerate(boxes.category):
        if key not in unknown:
            continue
        called = f"annotation {boxes.id[n]}" if boxes.id[n] >= 0 else "an annotation"
        if key in other_type:
            kind, reason = "malformed", f"category_id {key!r} is the id of its category as another type"
        else:
            kind = "duplicate-category" if because else "unknown-category"
            reason = f"it is of category {shown(key)}, which `categories` does not list{because}"
        yield Entry(entries.label_path, boxes.line[n], kind, f"{called}: {reason}", "", boxes.picture[n])


def _column(entries: CocoEntries, at: Mapping[Key, float]) -> Floats:
    return np.fromiter((at[key] for key in entries.boxes.category), dtype=np.float64, count=len(entries.boxes.category))


def _shifted(used: Counter[Key], number: Mapping[object, int]) -> bool:
    """Whether the ids in use are those of the categories, which are consecutive, plus one."""
    keys = sorted(key for key in number if isinstance(key, int))
    if len(keys) != len(number) or not keys or keys[-1] - keys[0] + 1 != len(keys) or len(keys) < 2:
        return False
    inside = sum(count for key, count in used.items() if isinstance(key, int) and keys[0] < key <= keys[-1] + 1)
    return not used[keys[0]] and bool(used[keys[-1] + 1]) and inside >= WITHIN * used.total()


def _without_categories(entries: CocoEntries, used: Counter[Key]) -> list[Entry]:
    if not used:
        return []
    unnamed = f"{used.total():,} annotations are of {len(used)} category ids without a name"
    return [Entry(entries.label_path, 1, "malformed", f"the list `categories` is missing or empty: {unnamed}")]
