"""COCO, Pascal VOC and class folders behind URLs are seen as the same sets on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner

from tests.scan.drawn import jpeg, png, write
from tests.scan.drawn_coco import coco, write_coco
from tests.scan.drawn_voc import items, write_voc, xml
from tests.scan.stores import plain, s3_with
from traindx.cli.check import check
from traindx.core.dataset import Dataset
from traindx.scan import ScanOptions, scan

SETS = ("coco", "voc", "folders")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sets, each with something wrong in its entries, its pictures and its folders."""
    home = tmp_path_factory.mktemp("home")
    train = coco("train")
    train["annotations"][4]["bbox"] = [1, 2, 3]
    train["annotations"][7]["image_id"] = 99
    train["images"][2]["width"] += 7
    train["images"].append({"id": 50, "file_name": "gone.jpg", "width": 160, "height": 120})
    root = write_coco(home / "coco", train)
    write(root / "train/train1.jpg", jpeg(1)[:900])
    spoiled = {"train1": xml("train1", items(1))[:-40], "train2": xml("train2", items(2), filename="train3.jpg")}
    root = write_voc(home / "voc", spoiled)
    (root / "JPEGImages/val0.jpg").unlink()
    for split, kinds in (("train", ("ant", "bee", "cat")), ("val", ("ant", "bee"))):
        for kind in kinds:
            for n in range(3):
                write(home / f"folders/{split}/{kind}/{kind}{n}.jpg", jpeg(n + len(kind + split)))
    write(home / "folders/train/.ipynb_checkpoints/x.jpg", jpeg(3))
    write(home / "folders/train/loose.png", png())
    write(home / "folders/val/bee/cut.jpg", jpeg(9)[:700])
    write(home / "folders/val/bee/notes.gif2", b"no picture")
    return home


@pytest.fixture(scope="module")
def s3(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_with({name: home / name for name in SETS}, tmp_path_factory.mktemp("aws")):
        yield "s3://bucket"


@pytest.fixture(scope="module")
def memory(home: Path) -> Iterator[str]:
    store = fsspec.filesystem("memory")
    for name in SETS:
        store.put(str(home / name), f"/formats/{name}", recursive=True)
    yield "memory://formats"
    store.rm("/formats", recursive=True)


def both(url: str, near: Path, options: ScanOptions) -> tuple[Dataset, Dataset]:
    return scan(url, options), scan(near, ScanOptions(depth=options.depth, cache=False))


@pytest.mark.parametrize("depth", ["full", "quick", "labels"])
@pytest.mark.parametrize("name", SETS)
def test_a_set_in_memory_is_the_set_on_disk(name: str, depth: Any, memory: str, home: Path) -> None:
    far, near = both(f"{memory}/{name}", home / name, ScanOptions(depth=depth, cache=False))
    assert plain(far, f"{memory}/{name}") == plain(near, str(home / name))


@pytest.mark.parametrize("engine", ["threads", "processes"])
@pytest.mark.parametrize("name", SETS)
def test_a_set_on_s3_is_the_set_on_disk(name: str, engine: Any, s3: str, home: Path) -> None:
    far, near = both(f"{s3}/{name}", home / name, ScanOptions(engine=engine, workers=2, cache=False))
    assert plain(far, f"{s3}/{name}") == plain(near, str(home / name))


def test_a_json_is_enough_of_an_address(s3: str, home: Path) -> None:
    place = "coco/annotations/instances_train.json"
    far, near = both(f"{s3}/{place}", home / place, ScanOptions(cache=False))
    assert plain(far, f"{s3}/coco") == plain(near, str(home / "coco"))


@pytest.mark.parametrize("name", SETS)
def test_the_report_on_a_far_set_is_that_on_the_near_one(name: str, s3: str, home: Path) -> None:
    reports = []
    for root in (f"{s3}/{name}", str(home / name)):
        shown = CliRunner().invoke(check, [root, "--format", "json", "--no-cache"], standalone_mode=False)
        assert shown.exception is None and shown.return_value == 1
        report = json.loads(shown.stdout)
        report["meta"] = {key: value for key, value in report["meta"].items() if key not in ("seconds", "fixes")}
        reports.append(_without_commands(plain(report, root)))
    assert reports[0] == reports[1]


def _without_commands(thing: Any) -> Any:
    """The report without the commands that repair it, which are for sets on disk."""
    if isinstance(thing, list):
        return [_without_commands(value) for value in thing]
    if isinstance(thing, dict):
        return {key: _without_commands(value) for key, value in thing.items() if key != "fix"}
    return thing
