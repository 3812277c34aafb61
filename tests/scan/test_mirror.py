"""Datasets behind URLs: a real S3 server on this machine, and memory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner

from tests.scan.drawn import dataset, jpeg, png, tree_hash, write
from tests.scan.stores import plain, s3_with
from traindx.cli.check import check
from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.scan import ScanOptions, fetching, scan

ROW = "0 0.5 0.5 0.2 0.2\n"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set with sound, damaged and odd pictures, orphans and bad rows."""
    root = tmp_path_factory.mktemp("here") / "set"
    labels: dict[str, bytes | str | None] = {f"train/{n}": ROW for n in range(40)}
    file = dataset(
        root, labels | {"train/bad": "0 1\n", "train/none": None, "val/a": ROW, "val/b": "1 0.5 0.5 0.1 0.1"}
    )
    exif = (
        b"Exif\x00\x00"
        + b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
        + bytes(60_000)
    )
    write(root / "images/train/cut.jpg", jpeg(5)[:2000])
    write(root / "images/train/turned.jpg", jpeg(6, exif=exif))
    write(root / "images/train/large.jpg", jpeg(7, (900, 700)))
    write(root / "images/val/c.png", png())
    write(root / "images/val/d.bmp", png())
    write(root / "images/val/empty.jpg", b"")
    write(root / "labels/train/lost.txt", ROW)
    return file


@pytest.fixture
def memory(here: Path) -> Iterator[str]:
    store = fsspec.filesystem("memory")
    store.put(str(here.parent), "/far/set", recursive=True)
    yield "memory://far/set/data.yaml"
    store.rm("/far", recursive=True)


@pytest.fixture(scope="module")
def s3(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3 server of this machine with the set in a bucket."""
    with s3_with({"set": here.parent}, tmp_path_factory.mktemp("aws")):
        yield "s3://bucket/set/data.yaml"


def assert_same(far: Dataset, near: Dataset, url: str, here: Path) -> None:
    assert plain(far, url.removesuffix("/data.yaml")) == plain(near, str(here.parent))


@pytest.mark.parametrize("depth", ["full", "quick", "labels"])
def test_a_set_in_memory_is_seen_as_the_same_set_on_disk(memory: str, here: Path, depth: Any) -> None:
    assert_same(scan(memory, ScanOptions(depth=depth, cache=False)), scan(here, ScanOptions(depth=depth)), memory, here)


@pytest.mark.parametrize("depth", ["full", "quick"])
@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_a_set_on_s3_is_seen_as_the_same_set_on_disk(s3: str, here: Path, depth: Any, engine: Any) -> None:
    options = ScanOptions(depth=depth, engine=engine, workers=2, cache=False)
    assert_same(scan(s3, options), scan(here, ScanOptions(depth=depth)), s3, here)


def test_the_whole_command_works_on_s3_and_writes_a_page(s3: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(check, [s3, "--format", "html", "--output", str(page)], standalone_mode=False)
    assert done.exception is None and done.return_value == 1
    text = page.read_text()
    assert "images/train/cut.jpg" in text and "traindx-" not in text.replace("traindx-page", "")
    shown = CliRunner().invoke(check, [s3, "--format", "json"], standalone_mode=False)
    report = json.loads(shown.stdout)
    assert report["meta"]["root"] == "s3://bucket/set"
    assert "s3:/bucket" not in shown.stdout.replace("s3://bucket", "")


def test_only_what_changed_in_the_store_is_fetched_again(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINDX_CACHE", str(tmp_path / "cache"))
    fetched: list[str] = []

    def watched(items: list[tuple[str, int]]) -> Any:
        fetched.extend(url for url, _ in items)
        return fetching.fetched_full(items)

    monkeypatch.setattr("traindx.scan.mirror.fetched_full", watched)
    first = scan(memory)
    count = len(fetched)
    assert count == len(first.images)
    fetched.clear()
    fsspec.filesystem("memory").pipe("/far/set/images/train/3.jpg", jpeg(77))
    again = scan(memory)
    assert sorted(set(fetched)) == ["memory://far/set/images/train/3.jpg", "memory://far/set/images/val/empty.jpg"]
    assert again.images.content.tolist() != first.images.content.tolist()


def test_a_header_is_read_without_fetching_the_picture(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: list[str] = []
    monkeypatch.setattr(fetching, "_cat", lambda urls, real=fetching._cat: (whole.extend(urls), real(urls))[1])
    scan(memory, ScanOptions(depth="quick", cache=False))
    names = {url.rpartition("/")[2] for url in whole}
    assert names == {"cut.jpg", "empty.jpg"}


def test_a_yaml_that_points_above_its_folder_brings_that_along(here: Path) -> None:
    store = fsspec.filesystem("memory")
    store.put(str(here.parent), "/up/set", recursive=True)
    store.pipe("/up/settings/data.yaml", b"path: ../set\ntrain: images/train\nval: images/val\nnames: [a, b, c]\n")
    store.pipe("/up/other/secret.txt", b"not part of it")
    found = scan("memory://up/settings/data.yaml", ScanOptions(cache=False))
    near = scan(here)
    assert len(found.images) == len(near.images) and len(found.boxes) == len(near.boxes)
    assert found.images.label_path[0].startswith("memory://up/set/labels/")
    store.rm("/up", recursive=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://nothing/data.yaml", "no such file or folder"),
        ("nosuchthing://x/data.yaml", "Protocol not known"),
        ("abfs://container/data.yaml", "is not installed"),
        ("s3://no-such-bucket/data.yaml", "no such file or folder"),
        ("s3://bucket/set/labels", "holds no dataset"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(s3: str, url: str, said: str) -> None:
    with pytest.raises(TraindxError, match=said) as caught:
        scan(url)
    assert "traindx-" not in str(caught.value) or "pip install" in str(caught.value)


def test_refused_access_says_so(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    fsspec.filesystem("s3").clear_instance_cache()
    with pytest.raises(TraindxError, match="credentials"):
        scan("s3://bucket/set/data.yaml")
    fsspec.filesystem("s3").clear_instance_cache()


def test_a_name_that_leads_out_of_the_folder_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from traindx.scan.mirror import Mirror

    class Store:
        def _strip_protocol(self, path: str) -> str:
            return path

        def walk(self, path: str, detail: bool) -> Iterator[Any]:
            yield "set/..", [], {"../../evil.txt": {"name": "evil", "size": 1}, "good.jpg": {"name": "good", "size": 3}}

    home = tmp_path / "home"
    home.mkdir()
    before = tree_hash(tmp_path)
    mirror = Mirror(str(home), "memory://", Store())
    mirror.add("set")
    assert (home / "good.jpg").exists() and len(mirror.stamps) == 1
    assert before != tree_hash(tmp_path) and not (tmp_path / "evil.txt").exists()
    with pytest.raises(ValueError):
        mirror.local("a/../../b")


def test_nothing_of_the_mirror_is_left(memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scan(memory, ScanOptions(cache=False))
    assert not list(tmp_path.iterdir())
