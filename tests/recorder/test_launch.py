"""Any command runs unchanged behind the recorder, and its folder says how it ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.recorder.conftest import Done
from traindx.core import treatment
from traindx.core.recording import Recording
from traindx.errors import TraindxError
from traindx.recorder.launch import run_command

TRAINING = """
import random, sys
import torch
from torch import nn

model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), 0.1)
x, y = torch.randn(16, 6), torch.randint(0, 2, (16,))
print("drawn", random.random(), float(x[0, 0]), flush=True)
for step in range(int(sys.argv[1])):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
print("done", flush=True)
"""


def test_a_limit_ends_the_process_with_success_and_the_seed_makes_it_repeat(run: Callable[..., Done]) -> None:
    first = run(TRAINING, "100000", seed=5, max_steps=25, treatments=[treatment.scale_lr(0.5)])
    assert first.result.exit_status == 0 and "done" not in first.output
    recording = first.recording
    assert recording.step.tolist() == list(range(25)) and recording.ending == "cut"
    assert recording.of("limit")[0].data["max_steps"] == 25
    assert recording.lr[0] == 0.05
    shutil.rmtree(first.folder)
    second = run(TRAINING, "3", seed=5)
    assert second.output.splitlines()[0] == first.output.splitlines()[0]


def test_a_kill_at_any_moment_leaves_a_recording_that_can_be_read(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "train.py").write_text(TRAINING)
    code = (
        "import sys; from pathlib import Path; from traindx.recorder.launch import run_command;"
        "sys.exit(run_command([sys.executable, 'train.py', '100000000'], Path(sys.argv[1])).exit_status)"
    )
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    launcher = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=tmp_path, env=env)
    deadline = time.monotonic() + 120
    while not list(folder.glob("rank-*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1.5)
    (path,) = folder.glob("rank-*.jsonl")
    with path.open() as file:
        pid = json.loads(file.readline())["pid"]
    running = Recording.load(folder)
    os.kill(pid, signal.SIGKILL)
    assert launcher.wait(30) == 128 + signal.SIGKILL
    recording = Recording.load(folder)
    assert running.ending == "running" and recording.ending == "killed"
    assert len(recording.step) >= len(running.step) > 10 and np.isfinite(recording.loss).all()
    facts = json.loads((folder / "run.json").read_text())
    assert facts["signal"] == signal.SIGKILL and facts["exit_status"] == 137


def test_an_isolated_interpreter_is_not_recorded_and_the_folder_says_so(run: Callable[..., Done]) -> None:
    done = run(TRAINING, "3", python=["-I"])
    assert done.output.endswith("done\n")
    facts = json.loads((done.folder / "run.json").read_text())
    assert facts["recorded"] is False and facts["exit_status"] == 0


def test_a_command_that_is_not_python_passes_its_status_on(tmp_path: Path, folder: Path) -> None:
    result = run_command(["sh", "-c", "echo hello; exit 3"], folder, cwd=tmp_path, stdout=subprocess.DEVNULL)
    assert result.exit_status == 3 and result.folder == folder.resolve()
    facts = json.loads((folder / "run.json").read_text())
    assert facts["command"][0] == "sh" and facts["ended"] >= facts["started"] and facts["cwd"] == str(tmp_path)


def test_death_by_a_signal_has_the_status_of_a_shell(folder: Path) -> None:
    assert run_command(["sh", "-c", "kill -9 $$"], folder).exit_status == 137


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path, folder: Path) -> None:
    mark = tmp_path / "child"
    script = f"sleep 60 & echo $! > {mark}; wait"
    result = run_command(["sh", "-c", script], folder, timeout=1.0)
    assert result.exit_status == 128 + signal.SIGTERM and result.seconds < 20
    child = Path(f"/proc/{mark.read_text().strip()}/stat")
    time.sleep(0.2)
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_a_command_that_does_not_exist_is_refused_in_one_line(folder: Path) -> None:
    with pytest.raises(TraindxError, match=r"no such command: pyhton\. to run a script, write"):
        run_command(["pyhton", "train.py"], folder)
    with pytest.raises(TraindxError, match="no such command"):
        run_command(["./train.py"], folder)
    with pytest.raises(TraindxError, match="no command was given"):
        run_command([], folder)


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TraindxError, match="cannot write to"):
        run_command(["true"], tmp_path / "file" / "recording")


def test_a_folder_that_holds_a_recording_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "rank-0.jsonl").write_text("")
    with pytest.raises(TraindxError, match="holds a recording already"):
        run_command(["true"], folder)


@pytest.mark.parametrize(("number", "to_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interrupt_and_a_request_to_end_reach_the_command(folder: Path, number: int, to_group: bool) -> None:
    code = (
        "import sys; from pathlib import Path; from traindx.recorder.launch import run_command;"
        "sys.exit(run_command(['sleep', '60'], Path(sys.argv[1])).exit_status)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", code, str(folder)], start_new_session=True)
    deadline = time.monotonic() + 60
    while not (folder / "run.json").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    (os.killpg if to_group else os.kill)(launcher.pid, number)
    assert launcher.wait(30) == 128 + number
    assert json.loads((folder / "run.json").read_text())["signal"] == number


def test_another_sitecustomize_and_the_path_are_as_without_the_recorder(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "sitecustomize.py").write_text("import sys; sys.theirs = __name__")
    said = tmp_path / "said.txt"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "theirs")}
    code = "import sys, sitecustomize; print(sys.theirs, sitecustomize.__file__, *sys.path, sep='\\n')"
    with said.open("w") as stdout:
        run_command([sys.executable, "-c", code], folder, env=env, stdout=stdout)
    plain = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert said.read_text() == plain.stdout


def test_the_launcher_imports_no_torch() -> None:
    code = "import sys; import traindx.recorder.launch; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_traindx_need_not_be_installed_where_the_command_runs(run: Callable[..., Done]) -> None:
    hide = "import sys; sys.path[:] = [p for p in sys.path if not p.endswith('/src')]\n"
    hide += "try:\n    import traindx\n    raise SystemExit('found')\nexcept ImportError:\n    pass\n"
    assert run(hide + TRAINING, "3").recording.step.tolist() == [0, 1, 2]


def test_a_script_that_fails_before_its_first_step_is_recorded_with_the_line(run: Callable[..., Done]) -> None:
    script = "import torch\n\n\ndef load():\n    return open('missing.yaml')\n\n\nload()\n"
    done = run(script)
    assert done.result.exit_status == 1 and "FileNotFoundError" in done.output
    (raised,) = done.recording.of("exception")
    assert str(raised.source) == "train.py:5" and raised.data["type"] == "FileNotFoundError"
    assert raised.data["frames"] == ["train.py:8 in <module>", "train.py:5 in load"]


def test_loader_workers_and_forked_children_write_nothing(run: Callable[..., Done]) -> None:
    script = """
import multiprocessing
import torch

class Data(torch.utils.data.Dataset):
    flip = torch.nn.Linear(6, 6)
    def __len__(self):
        return 8
    def __getitem__(self, index):
        return self.flip(torch.randn(6)).detach()

def main():
    model = torch.nn.Linear(6, 2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for context in ("fork", "spawn"):
        for x in torch.utils.data.DataLoader(Data(), 4, num_workers=1, multiprocessing_context=context):
            model(x).sum().backward()
            optimizer.step()

if __name__ == "__main__":
    main()
"""
    done = run(script)
    assert done.result.exit_status == 0, done.output
    assert [p.name for p in done.folder.glob("*.jsonl")] == ["rank-0.jsonl"]
    assert len(done.recording.step) == 4


DISTRIBUTED = """
import time
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

dist.init_process_group("gloo")
torch.manual_seed(dist.get_rank())
model = DistributedDataParallel(torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)))
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for step in range(5):
    optimizer.zero_grad()
    x, y = torch.randn(8, 4), torch.randint(0, 2, (8,))
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
dist.barrier()
del model, optimizer
dist.destroy_process_group()
time.sleep(0.3)  # gloo ends its threads late: without this torch itself aborts now and then, recorded or not
"""


def test_each_rank_of_a_distributed_training_has_its_recording(run: Callable[..., Done]) -> None:
    done = run(DISTRIBUTED, python=["-m", "torch.distributed.run", "--nproc-per-node", "2"])
    assert done.result.exit_status == 0, done.output
    assert sorted(p.name for p in done.folder.glob("*.jsonl")) == ["rank-0.jsonl", "rank-1.jsonl"]
    first = done.recording
    (second,) = first.ranks
    assert (first.rank, second.rank) == (0, 1) and first.start["world_size"] == 2
    assert first.model == "Sequential" and first.parameters[0].name == "0.weight"
    assert [layer.kind for layer in first.layers] == ["Linear", "ReLU", "Linear"]
    np.testing.assert_allclose(first.grad_norm, second.grad_norm, rtol=1e-5)
    assert not np.allclose(first.loss, second.loss)
