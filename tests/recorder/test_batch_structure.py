"""Batches of the forms that libraries use, copied, counted and made of other samples."""

from __future__ import annotations

from typing import Any

import torch
from transformers import BatchEncoding

from traindx.recorder.batch_structure import cloned, samples_in, with_samples

PICTURES = torch.arange(3 * 3 * 4 * 4, dtype=torch.float32).reshape(3, 3, 4, 4)
LABELS = torch.tensor([5, 6, 7])


def listed() -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Two pictures of different sizes and their targets, as torchvision's detectors take them."""
    targets = tuple({"boxes": torch.full((n, 4), float(n)), "labels": torch.ones(n)} for n in (1, 2))
    return (torch.zeros(3, 8, 8), torch.ones(3, 6, 9)), targets


def objects() -> dict[str, Any]:
    """A batch of Ultralytics: three pictures, objects of the first and the last."""
    of = torch.tensor([0.0, 2.0, 2.0])
    return {"img": PICTURES, "batch_idx": of, "cls": torch.tensor([[1.0], [2.0], [3.0]]), "im_file": ["a", "b", "c"]}


def test_pairs_of_tensors_are_taken_in_turn() -> None:
    pictures, labels = with_samples(torch, (PICTURES, LABELS), 3, 5)
    assert labels.tolist() == [5, 6, 7, 5, 6] and torch.equal(pictures[3], PICTURES[0])
    assert samples_in(torch, [PICTURES, LABELS]) == 3


def test_features_and_targets_of_one_shape_are_no_list_of_pictures() -> None:
    pair = (torch.zeros(7, 4), torch.zeros(7, 4))
    assert samples_in(torch, pair) == 7 and len(with_samples(torch, pair, 7, 3)[1]) == 3


def test_lists_of_pictures_and_dicts_grow_together() -> None:
    pictures, targets = with_samples(torch, listed(), 2, 5)
    assert samples_in(torch, listed()) == 2
    assert [p.shape[1] for p in pictures] == [8, 6, 8, 6, 8] and [len(t["boxes"]) for t in targets] == [1, 2, 1, 2, 1]


def test_objects_that_name_their_picture_are_given_its_new_number() -> None:
    made = with_samples(torch, objects(), 3, 6)
    assert made["batch_idx"].tolist() == [0, 2, 2, 3, 5, 5] and made["cls"].flatten().tolist() == [1, 2, 3, 1, 2, 3]
    assert made["im_file"] == ["a", "b", "c"] * 2 and len(made["img"]) == 6
    fewer = with_samples(torch, objects(), 3, 2)
    assert fewer["batch_idx"].tolist() == [0.0] and len(fewer["img"]) == 2


def test_the_pictures_tell_how_many_samples_there_are_whatever_comes_first() -> None:
    boxes = torch.rand(11, 4)
    assert samples_in(torch, {"bboxes": boxes, **objects()}) == 3, "Ultralytics sorts its keys"
    assert samples_in(torch, {"boxes": boxes, "image": PICTURES}) == 3 and samples_in(torch, (boxes, PICTURES)) == 3
    assert samples_in(torch, (listed()[1], listed()[0])) == 2 and samples_in(torch, LABELS) == 1


def test_an_encoding_of_transformers_stays_one() -> None:
    batch = BatchEncoding({"pixel_values": PICTURES, "labels": LABELS})
    made = with_samples(torch, batch, 3, 4)
    assert isinstance(made, BatchEncoding) and made["labels"].tolist() == [5, 6, 7, 5] and samples_in(torch, batch) == 3


def test_a_copy_does_not_change_with_the_batch() -> None:
    batch = objects() | {"img": PICTURES.clone()}
    copy = cloned(torch, batch)
    batch["img"].div_(255)
    batch["cls"] = None
    assert torch.equal(copy["img"], PICTURES) and copy["cls"] is not None
