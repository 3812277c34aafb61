"""Class names in checkpoints, read without loading them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch

from tests.scan.drawn import dataset
from traindx import examine
from traindx.errors import TraindxError
from traindx.scan import ScanOptions
from traindx.scan.checkpoint_names import checkpoint_names

ROWS: dict[str, bytes | str | None] = {
    f"{split}/{n}": f"{n % 3} 0.5 0.5 0.2 0.{n + 1}\n" for split in ("train", "val") for n in range(6)
}


class Detector(torch.nn.Linear):  # type: ignore[misc, name-defined]
    """A model that keeps its names as Ultralytics' do."""

    def __init__(self, names: object) -> None:
        super().__init__(2, 2)
        self.names = names


@pytest.mark.parametrize(
    "content",
    [
        {"epoch": 1, "model": Detector({0: "a", 1: "b"})},
        {"model": None, "ema": Detector(["a", "b"])},
        {"state_dict": {"w": torch.zeros(2)}, "class_to_idx": {"a": 0, "b": 1}},
        {"classes": ["a", "b"], "weights": torch.zeros(2)},
        Detector(["a", "b"]),
    ],
)
def test_names_are_found_where_frameworks_keep_them(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "best.pt")
    assert checkpoint_names(tmp_path / "best.pt") == {0: "a", 1: "b"}


def test_a_checkpoint_without_names_has_none(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "best.pt")
    assert checkpoint_names(tmp_path / "best.pt") == {}


class Harmful:
    """Loading this would make a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.mkdir, (self.path,)


def test_what_a_checkpoint_would_run_is_not_run(tmp_path: Path) -> None:
    torch.save({"model": Harmful(tmp_path / "harm"), "names": ["a"]}, tmp_path / "best.pt")
    assert checkpoint_names(tmp_path / "best.pt") == {0: "a"} and not (tmp_path / "harm").exists()


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "best.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TraindxError):
        checkpoint_names(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "x")
    with pytest.raises(TraindxError):
        checkpoint_names(path)


@pytest.mark.parametrize(
    ("names", "faulty"), [(["a", "c", "b"], True), (["a", "b", "c"], False), (["person", "car", "dog"], False)]
)
def test_the_same_classes_in_another_order_are_an_error(tmp_path: Path, names: list[str], faulty: bool) -> None:
    file = dataset(tmp_path / "set", ROWS)
    torch.save({"model": Detector(names)}, tmp_path / "best.pt")
    report = examine.check(
        file, scanning=ScanOptions(cache=False, workers=1), model=tmp_path / "best.pt", select=("D311", "D312")
    )
    assert (report.verdict == "faulty") == faulty
