"""What is tried with a network that was built, where that was asked for: a few samples by heart, twins of the first batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traindx.errors import TraindxError


def few_of(torch: Any, wanted: Any, built: Any, size: int, channels: int) -> dict[str, Any] | None:
    """What a training on the pictures alone shows, where all of them can be read; else a note says why there is none."""
    from traindx.inspect import few
    from traindx.inspect.first_batch import first_batch

    batch = first_batch(torch, wanted.pictures, len(wanted.pictures), size, channels, built.scaled)
    sound = built.task == "classify" and batch.read == len(wanted.labels) > 1 and min(wanted.labels) >= 0
    try:
        if sound:
            return few.tried(torch, built, batch.inputs, wanted.labels, wanted.few)
        problem = "that is for classifiers whose pictures can be read"
    except Exception as error:  # a network may fail in any way
        problem = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    built.notes.append(f"not tried on a few samples: {problem}")
    return None


def twins_of(torch: Any, wanted: Any, built: Any, facts: dict[str, Any]) -> list[Any] | None:
    """What the twins of the first batches show, as the events of a recording; else a note says why there are none."""
    from traindx.inspect.saved_weights import loaded_for
    from traindx.inspect.twinned import tried

    try:
        loaded = loaded_for(torch, built.model, Path(wanted.weights)) if wanted.weights else None
        if loaded is not None and loaded.missing:
            built.notes.append(
                f"{wanted.weights} lacks {len(loaded.missing)} of its parameters: {loaded.missing[0]}, …"
            )
        if len(wanted.labelled) < 4:
            raise TraindxError("there are no labelled pictures to be read", "", "")
        first = int(bool(facts.get("from_one")))
        return tried(torch, built, wanted, facts["imgsz"], facts["channels"] or 3, first, loaded)
    except Exception as error:  # a network may fail in any way
        words = str(error) if isinstance(error, TraindxError) else f"{type(error).__name__}: {error}"
        built.notes.append(f"no twins: {' '.join(words.split())[:200]}")
        return None


def augmented_of(torch: Any, wanted: Any, built: Any, facts: dict[str, Any]) -> list[Any] | None:
    """What the same step shows on pictures of the user's own augmentation; else a note says why there is nothing."""
    from traindx.inspect.twinned import tried_augmented

    try:
        first = int(bool(facts.get("from_one")))
        return tried_augmented(torch, built, wanted, facts["imgsz"], facts["channels"] or 3, first, facts["twins"])
    except Exception as error:  # the user's code may fail in any way
        words = str(error) if isinstance(error, TraindxError) else f"{type(error).__name__}: {error}"
        built.notes.append(f"no twins with the augmentation: {' '.join(words.split())[:200]}")
        return None
