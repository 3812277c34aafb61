"""Some samples of a batch alone, in the forms in which loaders hand batches out."""

from __future__ import annotations

import torch

from traindx.recorder.replaying.rows import only_rows, samples_of
from traindx.recorder.structure import changed, tensors_of


def test_stacked_pictures_and_classes_with_names() -> None:
    batch = [torch.arange(24.0).reshape(4, 3, 2, 1), torch.arange(4), ("a.png", "b.png", "c.png", "d.png")]
    assert samples_of(tensors_of(torch, batch)) == 4
    pictures, kinds, names = only_rows(batch, [1, 3], 4)
    assert pictures.shape == (2, 3, 2, 1) and kinds.tolist() == [1, 3] and names == ("b.png", "d.png")


def test_two_samples_are_not_taken_for_the_two_columns() -> None:
    pictures, kinds = only_rows([torch.zeros(2, 3, 4, 4), torch.tensor([5, 6])], [1], 2)
    assert pictures.shape == (1, 3, 4, 4) and kinds.tolist() == [6]


def test_a_list_of_pictures_of_different_sizes() -> None:
    batch = (
        [torch.zeros(3, 4, 5), torch.ones(3, 6, 7), torch.zeros(3, 2, 2)],
        [{"boxes": torch.ones(n, 4)} for n in (1, 2, 3)],
    )
    assert samples_of(tensors_of(torch, batch)) == 3
    pictures, targets = only_rows(batch, [1], 3)
    assert [tuple(p.shape) for p in pictures] == [(3, 6, 7)] and [len(t["boxes"]) for t in targets] == [2]


def test_boxes_that_name_their_picture_are_counted_anew() -> None:
    batch = {
        "img": torch.zeros(3, 3, 8, 8),
        "batch_idx": torch.tensor([0.0, 2.0, 2.0]),
        "cls": torch.tensor([[7.0], [8.0], [9.0]]),
        "im_file": ["a.jpg", "b.jpg", "c.jpg"],
    }
    assert samples_of(tensors_of(torch, batch)) == 3
    part = only_rows(batch, [1, 2], 3)
    assert part["img"].shape[0] == 2 and part["batch_idx"].tolist() == [1.0, 1.0]
    assert part["cls"].flatten().tolist() == [8.0, 9.0] and part["im_file"] == ["b.jpg", "c.jpg"]
    old = torch.tensor([[0.0, 7, 0, 0, 1, 1], [2.0, 8, 0, 0, 1, 1]])
    assert only_rows((torch.zeros(3, 3, 8, 8), old), [2], 3)[1].tolist() == [[0.0, 8, 0, 0, 1, 1]]


def test_a_structure_is_changed_without_touching_the_original() -> None:
    batch = {"img": torch.zeros(2), "more": [torch.ones(1), {"x": torch.ones(1)}], "names": ["a", "b"]}
    paths = sorted(tensors_of(torch, batch))
    assert paths == ["/img", "/more/0", "/more/1/x"]
    made = changed(torch, batch, lambda path, leaf: leaf + 1 if isinstance(leaf, torch.Tensor) else leaf)
    assert made["more"][1]["x"].item() == 2 and batch["more"][1]["x"].item() == 1  # type: ignore[index]
