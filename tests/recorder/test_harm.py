"""Trainings of odd shapes: the recorder neither breaks them nor grows with them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.nn.modules import module as modules

from tests.recorder.conftest import Done, Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder.writer import Writer

THREADS = """
import hashlib, threading
import torch
from torch import nn
torch.manual_seed(0)
models = [nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4)) for _ in range(4)]
optimizers = [torch.optim.SGD(model.parameters(), 0.1) for model in models]

def go(k):
    generator = torch.Generator().manual_seed(k)
    for step in range(200):
        optimizers[k].zero_grad()
        x = torch.randn(4, 3, 8, 8, generator=generator)
        nn.functional.cross_entropy(models[k](x), torch.arange(4)).backward()
        optimizers[k].step()
        models[k].eval(), models[k].train()

threads = [threading.Thread(target=go, args=(k,)) for k in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
for model in models:
    print(hashlib.sha1(b"".join(v.numpy().tobytes() for v in model.state_dict().values())).hexdigest())
"""


def test_of_four_trainings_in_four_threads_one_is_recorded_and_all_are_as_without(run: Callable[..., Done]) -> None:
    recorded = run(THREADS)
    assert recorded.result.exit_status == 0
    assert recorded.output == run(THREADS, recorded=False).output
    recording = recorded.recording
    assert len(recording.of("other_threads")) == 1 and recording.ending == "finished"
    assert len(recording.step) >= 190 and recording.calls.count("zfbs") >= 170  # at first the threads compete
    assert len({p.optimizer for p in recording.parameters}) == 1 and len(recording.parameters) == 6


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_training_in_a_thread_after_a_look_at_the_model_in_the_main_one_is_recorded(
    record: Record, folder: Path
) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record():
        model(batch()[0])
        in_thread(lambda: train(model, optimizer, 5))
        in_thread(lambda: train(model, optimizer, 5))
    recording = Recording.load(folder)
    assert len(recording.step) == 10 and not recording.of("other_threads")
    assert torch.tensor(recording.grad_norm).isfinite().all()


def test_loops_of_other_threads_neither_count_nor_are_counted_as_the_training(record: Record, folder: Path) -> None:
    model, other = Net(), Net()
    optimizer, second = (torch.optim.SGD(m.parameters(), 0.1) for m in (model, other))
    with record():
        train(model, optimizer, 3)
        in_thread(lambda: train(other, second, 3))
        train(model, optimizer, 3)
    recording = Recording.load(folder)
    assert len(recording.step) == 6 and len(recording.of("other_threads")) == 1


def test_an_optimizer_made_anew_at_every_step_leaves_a_recording_as_small_as_one_that_stays(
    record: Record, folder: Path
) -> None:
    model = Net()
    with record() as session:
        for _ in range(300):
            train(model, torch.optim.SGD(model.parameters(), 0.01), 1)
        kept = len(session.seen.holdings._made)
    recording = Recording.load(folder)
    assert len(recording.step) == 300 and kept < 100
    assert len(recording.lines["model"]) < 100 and len(recording.details) < 120


def test_columns_of_numbers_stand_under_their_names_after_the_last_description(record: Record, folder: Path) -> None:
    with record() as session:
        for depth in [*[1, 2] * 110, 3]:
            model = torch.nn.Sequential(*[torch.nn.Linear(4, 4) for _ in range(depth)])
            optimizer = torch.optim.SGD(model.parameters(), 0.01)
            for _ in range(2):
                session.seen.schedule.alarm(session.seen.current.number)
                optimizer.zero_grad()
                model(torch.ones(2, 4)).sum().backward()
                optimizer.step()
    recording = Recording.load(folder)
    described = recording.lines["model"]
    assert len(described) == 200 and len(recording.step) == 442
    at = {line["step"]: len(line["parameters"]) for line in described}
    width = 0
    for step in sorted({*at, *recording.details}):
        width = at.get(step, width)
        columns = recording.details.get(step, {}).get("parameters")
        assert columns is None or len(columns["grad"]) == width
    assert max(recording.details) > max(at) + 20


DAEMON = """
import os, torch
torch.manual_seed(0)
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), 0.1)

def step():
    optimizer.zero_grad()
    model(torch.randn(3, 4)).pow(2).mean().backward()
    optimizer.step()

for _ in range(5):
    step()
os.closerange(3, 4096)
if os.fork() == 0:
    os._exit(0)
os.wait()
files = [open(f"{name}.csv", "w") for name in "abcdef"]
for _ in range(60):
    step()
    [print(1, file=file, flush=True) for file in files]
[file.close() for file in files]
from traindx.recorder.answer import asking_signal
from traindx.recorder.stacks import catches
print({os.path.getsize(f"{name}.csv") for name in "abcdef"}, asking_signal() and catches(os.getpid(), asking_signal()))
"""


def test_nothing_is_written_to_descriptors_that_the_program_closed_and_uses_anew(run: Callable[..., Done]) -> None:
    done = run(DAEMON)
    assert (done.result.exit_status, done.output) == (0, "{120} False\n")
    assert 0 < len(done.recording.step) <= 5


def test_a_file_that_nothing_else_bounds_stays_bounded_and_tells_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traindx.recorder.writer.THIN_FROM", 48_000)
    monkeypatch.setattr("traindx.recorder.writer.MOST_BYTES", 64_000)
    writer = Writer(folder, 0)
    writer.write({"kind": "start", "rank": 0})
    for step in range(5000):
        writer.write(
            {"kind": "step", "step": step, "loss": 1.0}, {"kind": "event", "event": "mode", "step": step, "time": 0.0}
        )
    writer.write(
        {"kind": "event", "event": "exception", "step": 5000, "time": 0.0, "type": "E"}, {"kind": "end", "time": 1.0}
    )
    writer.close()
    recording = Recording.load(folder)
    assert writer.path.stat().st_size < 65_000
    assert [event.event for event in recording.events if event.event != "mode"] == ["thinned", "exception"]
    assert len(recording.step) > 400 and recording.ending == "raised"


def test_a_mode_that_changes_at_every_step_and_a_teacher_of_two_passes_are_told_ever_less_often(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traindx.recorder.observation.DENSE_LINES", 20)
    model, teacher = Net(), Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(300):
            model.eval()
            with torch.no_grad():
                teacher(batch()[0]), teacher(batch()[0])
            model.train()
            train(model, optimizer, 1)
    recording = Recording.load(folder)
    modes = [event.data["training"] for event in recording.of("mode")]
    assert len(recording.step) == 300 and 40 < len(modes) < 200
    assert all(before is not after for before, after in itertools.pairwise(modes))
    assert 20 < len(recording.validations) < 100


def hooks() -> list[object]:
    return [*modules._global_forward_pre_hooks.values(), *modules._global_forward_hooks.values()]  # type: ignore[attr-defined]


def test_inference_alone_is_left_alone_and_a_training_after_it_is_seen_whole(record: Record, folder: Path) -> None:
    model = Net()
    x = batch(2)[0]
    with record():
        with torch.no_grad():
            for _ in range(320):
                model(x)
        assert not hooks()
        train(model, torch.optim.SGD(model.parameters(), 0.01), 4)
    assert not hooks()
    recording = Recording.load(folder)
    assert recording.calls == ("zfbs",) * 4 and recording.model == "Net"


def test_a_model_that_was_only_evaluated_is_found_by_its_first_call_with_gradients(
    record: Record, folder: Path
) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        with torch.no_grad():
            for _ in range(320):
                model(batch(2)[0])
        assert not hooks() and "__call__" in vars(Net)
        train(model, optimizer, 4)
    assert "__call__" not in vars(Net)
    assert Recording.load(folder).calls == ("zfbs",) * 4


def test_weights_that_are_updated_by_hand_leave_no_hook_on_all_modules(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        for step in range(320):
            x, y = batch(2, seed=step)
            loss = torch.nn.functional.cross_entropy(model(x), y)
            with torch.no_grad():
                for parameter, gradient in zip(
                    model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True
                ):
                    parameter -= 0.01 * gradient
        assert not hooks()
        train(model, torch.optim.SGD(model.parameters(), 0.01), 4)
    assert Recording.load(folder).calls[1:] == ("zfbs",) * 3
