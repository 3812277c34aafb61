"""The typed view of what the network received."""

from __future__ import annotations

from traindx.core.received import Assignment, received
from traindx.core.recording import recording_of


def test_fields_of_a_step_become_a_typed_view_and_missing_ones_stay_empty() -> None:
    boxes = {"min": [0] * 4, "max": [1] * 4, "format": "xyxy", "unit": "share", "expected": ["cxcywh", "share"]}
    full = {
        "targets": {
            "form": "detr",
            "from": "forward",
            "images": 2,
            "count": 3,
            "empty": 1,
            "classes": {"0": 2, "-1": 1},
        }
        | {"num_classes": 2, "ids_outside": 1, "boxes": {**boxes, "valid": {"xyxy": 3}, "outside": 1, "no_area": 0}},
        "loss_parts": {"from": "root", "values": {"ce": 1.0, "card": 2.0}, "no_grad": ["card"]},
        "positives": {"hungarian": {"positives": 2, "candidates": 24, "targets": 3, "unmatched": 1}},
        "batch": {"hash": "ab", "samples": 2, "distinct": 1},
        "files": {"folder": "/d", "names": ["a.jpg", "b.jpg"]},
    }
    steps = [{"kind": "step", "step": n, "weight_norm": 1.0, **more} for n, more in enumerate(({}, full))]
    bare, seen = received(recording_of(steps))
    assert (bare.form, bare.count, bare.boxes, bare.positives, bare.hash) == ("", 0, None, {}, None)
    assert seen.classes == {0: 2, -1: 1} and seen.ids_outside == 1 and seen.files == ("/d/a.jpg", "/d/b.jpg")
    assert seen.boxes is not None and seen.boxes.format == "xyxy" and seen.boxes.expected == ("cxcywh", "share")
    assert seen.positives == {"hungarian": Assignment(2, 24, 3, 1)} and seen.parts_without_gradient == ("card",)
