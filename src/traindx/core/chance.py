"""The loss of guessing: what a classifier's cross entropy is before anything is learned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any


def chance_of(details: Iterable[Mapping[str, Any]]) -> float | None:
    """ln K among the K classes of the last head; of one score per sample the entropy of its 0s and 1s. `details`: the fields of the
    recorded steps.

    None where no cross entropy was recorded, or one over several scores per sample that are each right or wrong, or weighted.
    """
    seen = [d for d in details if d.get("loss_call")]
    calls = [d["loss_call"] for d in seen]
    classes = [c.get("classes") for c in calls if c.get("name") in ("cross_entropy", "nll_loss")]
    if classes:
        return math.log(classes[-1]) if classes[-1] and classes[-1] > 1 else None
    return _entropy(seen) if calls and _has_one_score(calls[0]) else None


def _has_one_score(call: Mapping[str, Any]) -> bool:
    one = list(call.get("shape") or ())[1:] in ([], [1])
    weighted = call.get("weight") or call.get("pos_weight")
    return str(call.get("name")).startswith("binary_cross_entropy") and one and not weighted


def _entropy(details: Iterable[Mapping[str, Any]]) -> float | None:
    counts = [d["targets"]["classes"] for d in details if (d.get("targets") or {}).get("form") == "binary"]
    ones, zeros = (sum(int(count.get(name, 0)) for count in counts) for name in ("1", "0"))
    if not ones or not zeros:
        return None
    share = ones / (ones + zeros)
    return -share * math.log(share) - (1 - share) * math.log(1 - share)
