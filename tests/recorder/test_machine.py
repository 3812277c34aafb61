"""The machine is described once and sampled seldom; what grows shows on reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.cgroup import Group, own_group
from traindx.core.recording import Recording, recording_of
from traindx.core.resources import Resources, resources_of
from traindx.recorder import host
from traindx.recorder.probes import machine


def leaking(record: Record, folder: Path, steps: int, leak: Any) -> Resources:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for step in range(steps):
            x, y = batch(seed=step)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            leak(step)
    return resources_of(Recording.load(folder))


def test_the_machine_is_described_and_sampled_once_a_second(record: Record, folder: Path) -> None:
    found = leaking(record, folder, 30, lambda step: None)
    facts = found.machine
    assert facts["processors"] >= 1 and facts["memory"] > 1 << 28 and facts["disk"] > 1 << 28
    assert facts["versions"]["numpy"] == np.__version__ and facts["limits"]["files"] > 8
    assert facts["environment"].get("OMP_NUM_THREADS") is None or facts["environment"]["OMP_NUM_THREADS"].isdigit()
    recording = Recording.load(folder)
    assert 2 <= len(found.step) <= 3 + recording.time[-1]
    assert found.columns["rss"][0] > 1 << 26 and found.columns["files"][0] >= 3
    assert (found.columns["children"] == 0).all() or "children_rss" in found.columns


def test_memory_that_grows_and_files_that_leak_show_with_their_pace(
    record: Record, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "EVERY", 0.0)
    monkeypatch.setattr(machine, "SHARE", 0.0)
    kept: list[Any] = []

    def leak(step: int) -> None:
        kept.append(torch.ones(1 << 18))  # a MiB
        kept.append((tmp_path / f"{step}.txt").open("w"))

    try:
        found = leaking(record, folder, 40, leak)
    finally:
        for thing in kept[1::2]:
            thing.close()
    files, memory, disk = found.growth("files"), found.growth("rss"), found.growth("swap")
    assert files is not None and files.per_step == pytest.approx(1.0, abs=0.05) and files.rising > 0.95
    assert memory is not None and memory.per_step == pytest.approx(1 << 20, rel=0.3) and memory.rising > 0.95
    assert files.steps_until(files.last + 10) == pytest.approx(10, abs=1)
    assert disk is None or disk.per_step == 0
    held = found.growth("held")
    assert held is not None and held.per_step == pytest.approx(1 << 20, rel=0.3)


def test_gaps_in_the_heap_are_not_held() -> None:
    lines = [{"kind": "resources", "step": i, "time": i, "rss": 10 + i} for i in range(4)]
    lines[1]["heap_free"], lines[3]["heap_free"] = 2, 5
    assert resources_of(recording_of(lines)).columns["held"].tolist() == [10, 9, 10, 8]
    assert resources_of(recording_of(lines[:1])).columns["held"].tolist() == [10]


def test_samples_grow_rarer_so_that_three_days_stay_small(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    with record() as session:
        probe = machine.Machine(session.seen)
        probe._group = Group()
        now, written = [0.0], [0]
        monkeypatch.setattr(type(session.seen.journal), "now", property(lambda self: now[0]))
        monkeypatch.setattr(session.seen.journal, "write", lambda *lines: written.__setitem__(0, written[0] + 1))
        monkeypatch.setattr(host, "sample", lambda folder, group: {})
        while now[0] < 3 * 86400:
            probe._look(0)
            now[0] += 0.5 + now[0] / 5000
    assert 1000 < written[0] < 8000


def test_nothing_grows_in_a_few_or_level_samples() -> None:
    def of(values: list[float]) -> Resources:
        return resources_of(
            recording_of([{"kind": "resources", "step": i, "time": i, "rss": v} for i, v in enumerate(values)])
        )

    assert of([1.0, 2.0, 3.0]).growth("rss") is None and of([]).growth("rss") is None
    level = of([5.0] * 20).growth("rss")
    assert level is not None and (level.per_step, level.rising) == (0.0, 0.5) and level.steps_until(9) == float("inf")


def test_the_limits_of_a_container_are_read_in_both_versions(tmp_path: Path) -> None:
    two = tmp_path / "two"
    (two / "job" / "step").mkdir(parents=True)
    process = tmp_path / "cgroup"
    process.write_text("0::/job/step\n")
    (two / "job" / "memory.max").write_text("1073741824\n")
    (two / "job" / "memory.current").write_text("500\n")
    (two / "job" / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    (two / "job" / "step" / "memory.max").write_text("max\n")
    (two / "job" / "cpu.max").write_text("150000 100000\n")
    group = own_group(two, process)
    assert (group.folder, group.memory, group.processors) == (two / "job", 1 << 30, 1.5)
    assert group.use() == {"cgroup": 500, "oom_kills": 2}

    one = tmp_path / "one"
    (one / "memory" / "box").mkdir(parents=True)
    (one / "cpu").mkdir()
    process.write_text("4:memory:/box\n1:cpu,cpuacct:/\n")
    (one / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    (one / "memory" / "box" / "memory.limit_in_bytes").write_text("2048\n")
    (one / "memory" / "box" / "memory.usage_in_bytes").write_text("1024\n")
    (one / "memory" / "box" / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    group = own_group(one, process)
    assert (group.memory, group.processors, group.use()) == (2048, None, {"cgroup": 1024, "oom_kills": 1})
    assert own_group(tmp_path / "none", process) == Group()
