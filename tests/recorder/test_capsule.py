"""A bad step leaves a capsule with what is needed to do it again; a healthy training leaves none and is not changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.capsule import open_capsule
from traindx.core.recording import Recording
from traindx.recorder.probes.capsule import BUDGET
from traindx.recorder.replaying.loading import Loaded


def trained(steps: int, bad: int = -1, *, model: Any = None, change: Any = None) -> dict[str, Any]:
    """Train on eight pictures a step, one of them NaN at the step `bad`; returns the weights before each step."""
    torch.manual_seed(0)
    model = model or Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    pictures = torch.cat([batch(seed=step)[0] for step in range(steps)])
    kinds = torch.cat([batch(seed=step)[1] for step in range(steps)])
    if bad >= 0:
        pictures[8 * bad + 5] = float("nan")
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(pictures, kinds), 8)
    before: dict[str, Any] = {}
    for step, (x, y) in enumerate(loader):
        before[str(step)] = {n: t.detach().clone() for n, t in model.state_dict().items()}
        optimizer.zero_grad()
        if change is not None:
            change(x)
        torch.nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    before["last"] = dict(model.state_dict())
    return before


def test_a_bad_batch_is_kept_with_the_weights_from_before_its_step(record: Record, folder: Path) -> None:
    with record():
        before = trained(8, bad=6)
    loaded = Loaded(open_capsule(folder))
    facts = loaded.capsule.facts
    assert (facts["step"], facts["what"], facts["state_step"], facts["poisoned_weights"]) == (6, "loss", 6, 0)
    assert facts["poisoned"] == ["norm.running_mean", "norm.running_var"]
    for name, parameter in Net().named_parameters():
        assert torch.equal(loaded.state[name], before["6"][name]) and loaded.state[name].shape == parameter.shape
    assert loaded.samples == 8 and bool(loaded.batches[0]["/0"][5].isnan().all())
    assert torch.equal(loaded.batches[0]["/1"], batch(seed=6)[1])
    (event,) = Recording.load(folder).of("capsule")
    assert event.data["file"] == Path(loaded.capsule.path).name and event.step == 6


def test_a_gradient_that_is_not_finite_is_caught_before_it_reaches_the_weights(record: Record, folder: Path) -> None:
    model = torch.nn.Linear(3, 2, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record():
        for step in range(4):
            optimizer.zero_grad()
            x = torch.zeros(4, 3) if step == 2 else torch.ones(4, 3)
            model(x).square().sum(dim=1).sqrt().sum().backward()
            if step == 2:
                kept = model.weight.detach().clone()
            optimizer.step()
    loaded = Loaded(open_capsule(folder))
    assert (loaded.capsule.facts["what"], loaded.capsule.step) == ("gradient", 2)
    assert torch.equal(loaded.state["weight"], kept) and loaded.batches == [] and loaded.samples == 4


def test_weights_that_the_code_itself_made_bad_are_named_and_an_older_copy_is_kept(
    record: Record, folder: Path
) -> None:
    model = Net()

    def spoil(x: torch.Tensor) -> None:
        spoil.step += 1  # type: ignore[attr-defined]
        if spoil.step == 5:  # type: ignore[attr-defined]
            with torch.no_grad():
                model.head.weight[1] = float("inf")

    spoil.step = 0  # type: ignore[attr-defined]
    with record():
        before = trained(8, model=model, change=spoil)
    loaded = Loaded(open_capsule(folder))
    facts = loaded.capsule.facts
    assert facts["poisoned"][:1] == ["head.weight"] and facts["poisoned_weights"] == 1 and facts["step"] == 4
    assert facts["state_step"] < 4
    assert torch.equal(loaded.state["head.weight"], before[str(facts["state_step"])]["head.weight"])


def test_a_healthy_training_leaves_none_and_its_weights_are_the_same(record: Record, folder: Path) -> None:
    with record():
        recorded = trained(12)["last"]
    plain = trained(12)["last"]
    assert all(torch.equal(recorded[name], plain[name]) for name in plain)
    assert list(folder.glob("capsule-*")) == [] and Recording.load(folder).of("capsule") == []


def test_a_bad_training_is_not_changed_either(record: Record) -> None:
    with record():
        recorded = trained(8, bad=6)["last"]
    plain = trained(8, bad=6)["last"]
    assert all(torch.equal(recorded[n].nan_to_num(), plain[n].nan_to_num()) for n in plain)


def test_what_does_not_fit_is_left_out_and_said(record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUDGET, "0.03")
    with record():
        trained(8, bad=6)
    capsule = open_capsule(folder)
    assert Path(capsule.path).stat().st_size < 0.03 * 2**20 + 5000
    assert capsule.below("batch/0") and any("MiB" in words for words in capsule.facts["left_out"])


def test_with_a_budget_of_zero_none_is_kept(record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUDGET, "0")
    with record():
        trained(8, bad=6)
    assert list(folder.glob("capsule-*")) == []


def test_a_batch_that_was_changed_in_place_is_not_taken_for_what_the_loader_gave(record: Record, folder: Path) -> None:
    with record():
        trained(8, bad=6, change=lambda x: x.mul_(0.5))
    capsule = open_capsule(folder)
    assert list(capsule.below("batch/0")) == ["/1"] and capsule.below("argument")
    assert any("changed in place" in words for words in capsule.facts["left_out"])


@pytest.mark.parametrize("fused", [False, True])
def test_a_step_that_the_gradient_scaler_leaves_out_leaves_none(fused: bool, record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**120, backoff_factor=2.0**-110)
    with record():
        for step in range(4):
            pictures, kinds = batch(seed=step)
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(1e6 * pictures), kinds) * 1e6
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
    assert scaler.get_scale() < 2.0**120
    assert list(folder.glob("capsule-*")) == [] and Recording.load(folder).of("nonfinite") == []


def test_an_interrupt_leaves_none(record: Record, folder: Path) -> None:
    def interrupt(x: torch.Tensor) -> None:
        raise KeyboardInterrupt

    model = Net()
    model.register_forward_hook(lambda *given: interrupt(given[2]) if seen.append(1) or len(seen) > 2 else None)
    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt), record() as session:
        try:
            trained(4, model=model)
        except KeyboardInterrupt as error:
            session.raised(error, True)
            raise
    assert list(folder.glob("capsule-*")) == []


def test_an_exception_in_the_forward_pass_leaves_one(record: Record, folder: Path) -> None:
    with pytest.raises(RuntimeError), record() as session:
        try:
            trained(4, change=lambda x: x.resize_(8, 3, 5, 5))
        except RuntimeError as error:
            session.raised(error, True)
            raise
    capsule = open_capsule(folder)
    assert capsule.facts["what"] == "exception" and "RuntimeError" in capsule.facts["error"]
