"""Work in shards: the same result in threads, processes and on a Ray cluster, also when a node dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.scan.drawn import dataset, jpeg, write
from traindx.core.dataset import Images, Pictures
from traindx.errors import TraindxError
from traindx.scan import ScanOptions, scan
from traindx.scan.measure import measure
from traindx.scan.pictures import joined
from traindx.scan.shards import AHEAD, over_shards


def doubled(shard: Sequence[int]) -> list[int]:
    return [2 * n for n in shard]


def dies(shard: Sequence[int]) -> list[int]:
    if 50 in shard:
        os._exit(1)
    return list(shard)


def slowly(shard: Sequence[str]) -> Pictures:
    time.sleep(0.3)
    return measure(shard)


def refuses(shard: Sequence[int]) -> list[int]:
    raise TraindxError("no such store")


def assert_equal(one: Any, other: Any, kind: type[Any]) -> None:
    for name in kind.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("some")
    file = dataset(
        root, {f"{split}/{n}": f"{n % 3} 0.5 0.5 0.1 0.2\n" for split in ("train", "val") for n in range(70)}
    )
    write(root / "images/train/cut.jpg", jpeg(1)[:700])
    (root / "images/val/gone.jpg").symlink_to("nowhere.jpg")
    return file


@pytest.mark.parametrize("engine", ["threads", "processes"])
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 7, 100])
def test_results_come_in_the_order_of_the_items(engine: Any, workers: int, count: int) -> None:
    parts = over_shards(doubled, range(count), size=7, workers=workers, engine=engine)
    assert [n for part in parts for n in part] == [2 * n for n in range(count)]


@pytest.mark.parametrize("depth", ["full", "quick"])
def test_threads_and_processes_see_the_same(some: Path, depth: Any) -> None:
    one = scan(some, ScanOptions(depth=depth, workers=1, cache=False))
    for engine in ("threads", "processes"):
        other = scan(some, ScanOptions(depth=depth, workers=2, engine=engine, cache=False))
        assert_equal(one.images, other.images, Images)


def test_no_more_shards_are_out_than_the_workers_can_use_soon() -> None:
    begun, lock = [0], threading.Lock()

    def count(shard: Sequence[int]) -> int:
        with lock:
            begun[0] += 1
        return len(shard)

    for taken, _ in enumerate(over_shards(count, range(1000), size=5, workers=2), 1):
        time.sleep(0.001)
        assert begun[0] <= taken + 2 * AHEAD


def test_leaving_early_abandons_the_rest() -> None:
    begun: list[int] = []

    def note(shard: Sequence[int]) -> int:
        begun.append(shard[0])
        time.sleep(0.01)
        return 0

    parts: Iterator[int] = over_shards(note, range(1000), size=1, workers=2)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    time.sleep(0.1)
    assert len(begun) < 20


def test_a_process_that_dies_is_one_clear_error() -> None:
    with pytest.raises(TraindxError, match="worker process died"):
        list(over_shards(dies, range(100), size=10, workers=2, engine="processes"))


def test_without_ray_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(TraindxError, match=r"pip install traindx\[ray\]"):
        list(over_shards(doubled, range(3), size=2, engine="ray"))


def test_the_scan_imports_ray_only_when_it_is_asked_for(some: Path) -> None:
    code = f"import sys; from traindx.scan import scan; scan({str(some)!r}); print('ray' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes of one core each: the head has none, so that all work is on nodes that may die."""
    import ray
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 80_000_000, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        # nodes import what is pickled by name: the package and these tests
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
        patch.setenv("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
        patch.setenv("RAY_ADDRESS", cluster.address)
        yield cluster
        ray.shutdown()
        cluster.shutdown()


@pytest.mark.slow
def test_ray_sees_the_same_also_when_a_node_dies_during_the_scan(some: Path, cluster: Any) -> None:
    nodes = [cluster.add_node(num_cpus=1, object_store_memory=80_000_000) for _ in range(2)]
    here = scan(some, ScanOptions(workers=1, cache=False))
    there = scan(some, ScanOptions(engine="ray", cache=False))
    assert_equal(here.images, there.images, Images)
    paths = [here.absolute(path) for path in here.images.path]
    parts = []
    for n, part in enumerate(over_shards(slowly, paths, size=4, engine="ray")):
        parts.append(part)
        if n == 3:
            cluster.remove_node(nodes[0], allow_graceful=False)
    assert_equal(joined(parts), measure(paths), Pictures)
    with pytest.raises(TraindxError, match="no such store"):
        list(over_shards(refuses, range(3), size=2, engine="ray"))
