"""Whatever breaks in the recorder, the training ends as it would have without: the same weights, no error, one line at most."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record
from traindx.core.recording import Recording
from traindx.recorder import measure, norms, writer
from traindx.recorder.activations import Pass
from traindx.recorder.journal import Journal
from traindx.recorder.probe import Probe
from traindx.recorder.probes import kinds
from traindx.recorder.readback import Readback

STEPS = 6


def trained() -> bytes:
    """A training that uses all that is watched: a loader, a scheduler, a scaler, clipping, validation. Its weights."""
    torch.manual_seed(0)
    pictures, labels = torch.randn(STEPS * 8, 3, 12, 12), torch.randint(0, 4, (STEPS * 8,))
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(pictures, labels), 8, shuffle=True)
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    scaler = torch.amp.GradScaler("cpu")
    for x, y in loader:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            torch.nn.functional.cross_entropy(model(x), y)
    state = [t.detach().numpy().tobytes() for t in model.state_dict().values()]
    return b"".join(state) + torch.rand(1).numpy().tobytes()


@pytest.fixture(scope="module")
def plain() -> bytes:
    return trained()


def moments() -> list[tuple[type[Probe], str]]:
    """Every method of every probe that the recorder calls."""
    found = []
    for kind in kinds():
        called = {name for name in vars(Probe) if not name.startswith("_") and callable(getattr(Probe, name))}
        own = {name for name in called if getattr(kind, name) is not getattr(Probe, name)}
        patched = {name for patch in kind.patches for name in (patch.before, patch.after) if name}
        found += [(kind, name) for name in sorted(own | patched)]
    return found


def breaks(error: BaseException) -> Callable[..., Any]:
    def broken(*arguments: Any, **named: Any) -> Any:
        raise error

    return broken


@pytest.mark.parametrize(("kind", "method"), moments(), ids=lambda value: getattr(value, "__name__", value))
def test_a_probe_that_breaks_harms_nothing(
    kind: type[Probe],
    method: str,
    record: Record,
    plain: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
) -> None:
    monkeypatch.setattr(kind, method, breaks(RuntimeError("injected")), raising=False)
    with record():
        assert trained() == plain
    assert capsys.readouterr() == ("", "")
    recording = Recording.load(folder)
    assert len(recording.step) == STEPS and not recording.of("detached")
    failed = {e.data["probe"] for e in recording.of("probe_failed")}
    assert failed <= {kind.__module__.rpartition(".")[2]}
    assert failed or method not in ("forward", "backward", "before_step", "after_step", "scheduled", "batch", "closed")


@pytest.mark.parametrize(
    "error", [RuntimeError("injected"), MemoryError(), OSError(errno.ENOSPC, "No space left on device")]
)
@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (Pass, "inputs"),
        (Pass, "layer"),
        (norms.Norms, "before"),
        (norms.Norms, "after"),
        (measure, "norms"),
        (measure, "copies"),
        (Readback, "__init__"),
        (Readback, "deliver"),
        (Journal, "add"),
        (Journal, "flush"),
        (writer.Writer, "write"),
        (writer, "_create"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_part_of_the_recorder_that_breaks_harms_nothing(
    owner: Any,
    method: str,
    error: Exception,
    record: Record,
    plain: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(owner, method, breaks(error))
    with record():
        assert trained() == plain
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("traindx: the recorder stopped (")


def test_a_disk_that_fills_up_in_the_middle_ends_the_recording_alone(
    record: Record, plain: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write, left = os.write, [3000]

    def full(descriptor: int, data: bytes) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= len(data)
        return write(descriptor, data)

    monkeypatch.setattr(writer.os, "write", full)
    with record():
        assert trained() == plain
    assert "No space left" in capsys.readouterr().err
    monkeypatch.undo()
    assert Recording.load(folder).start["schema"] == 1


def test_a_folder_that_cannot_be_made_ends_the_recording_alone(
    record: Record, plain: bytes, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")  # a read-only folder does not stop root
    with record():
        assert trained() == plain
    assert capsys.readouterr().err.count("\n") == 1


def test_a_huge_activation_costs_little_memory(record: Record, folder: Path) -> None:
    import resource

    class Wide(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(1, 16, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.conv(x).mean(dim=(2, 3))

    def step() -> None:
        model = Wide()
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        x = torch.randn(2, 1, 1024, 1024)
        torch.nn.functional.cross_entropy(model(x), torch.tensor([0, 1])).backward()
        optimizer.step()

    step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with record():
        step()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 2 * 16 * 1024 * 1024 * 4 / 2, grown  # half of what the layer itself puts out
    assert Recording.load(folder).details
