"""Which way the terms of a loss are pushed, read from the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torchvision.ops import box_convert, generalized_box_iou_loss, sigmoid_focal_loss

from tests.recorder.conftest import Net, Record, batch
from traindx.checks.training.activation_twice import activation_twice
from traindx.checks.training.error_maximised import error_maximised
from traindx.core.finding import Finding
from traindx.core.recording import Recording
from traindx.recorder.loss_terms import activated_twice, terms_of

W = torch.randn(6, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
T = box_convert(torch.rand(6, 4, generator=torch.Generator().manual_seed(1)), "cxcywh", "xyxy")
Y = torch.tensor([0, 1, 2, 3, 0, 1])
BOXES = box_convert(W.sigmoid(), "cxcywh", "xyxy")
P = W.sigmoid()


def own_overlap() -> torch.Tensor:
    across = (torch.min(BOXES[:, 2], T[:, 2]) - torch.max(BOXES[:, 0], T[:, 0])).clamp(min=0)
    down = (torch.min(BOXES[:, 3], T[:, 3]) - torch.max(BOXES[:, 1], T[:, 1])).clamp(0)
    both = across * down
    areas = (BOXES[:, 2] - BOXES[:, 0]) * (BOXES[:, 3] - BOXES[:, 1]) + (T[:, 2] - T[:, 0]) * (T[:, 3] - T[:, 1])
    return both / (areas - both + 1e-9)


RIGHT = {
    "overlap": (lambda: -torch.log(own_overlap() + 1e-6), {"overlap": -1}),
    "overlap loss": (lambda: generalized_box_iou_loss(BOXES, T), {"overlap": -1}),
    "error": (lambda: F.cross_entropy(W, Y) + 10 * ((W - T) ** 2).sum(), {"error": 1}),
    "focal": (lambda: sigmoid_focal_loss(W, (T > 0.5).float()), {"error": 1}),
    "log-probability": (lambda: -torch.log(P) * (1 - P) ** 2, {"log-probability": -1}),
    "entropy": (lambda: W.softmax(1) * W.log_softmax(1), {}),
    "a margin less a distance": (lambda: (1 - (W - T).abs()).clamp(min=0), {}),
}


def pushed(loss: torch.Tensor) -> dict[str, set[int]]:
    """The signs of the gradients that arrive at each kind of term."""
    found: dict[str, set[int]] = {}
    handles = []
    for term in terms_of([loss]):
        signs = found.setdefault(term.what, set())
        handles.append(term.node.register_prehook(lambda g, signs=signs: signs.update(map(int, g[0].sign().unique()))))
    loss.backward(retain_graph=True)
    for handle in handles:
        handle.remove()
    return {what: signs - {0} for what, signs in found.items()}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_minimised_rightly_is_pushed_one_way(name: str) -> None:
    make, signs = RIGHT[name]
    assert pushed(make().sum()) == {what: {sign} for what, sign in signs.items()}


@pytest.mark.parametrize("name", ["overlap", "error", "log-probability"])
def test_with_the_other_sign_it_is_pushed_the_other_way(name: str) -> None:
    make, signs = RIGHT[name]
    assert pushed(-make().sum()) == {what: {-sign} for what, sign in signs.items()}


def test_a_sigmoid_of_a_sigmoid_is_told_from_one() -> None:
    assert [activated_twice(t) for t in terms_of([-torch.log(P.sigmoid().clamp(1e-4, 1)).sum()])] == [True]
    assert [activated_twice(t) for t in terms_of([F.mse_loss(W.sigmoid(), T)])] == [False]


def trained(record: Record, folder: Path, loss_of: Any) -> list[Finding]:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number in range(3):
            x, y = batch(number)
            optimizer.zero_grad()
            loss_of(model(x), y).backward()
            optimizer.step()
    recording = Recording.load(folder)
    assert not recording.of("probe_failed")
    facts = {"recording": recording}
    return [f for f in (*error_maximised(facts), *activation_twice(facts)) if isinstance(f, Finding)]


def test_a_log_likelihood_without_its_minus_is_named_with_its_lines(record: Record, folder: Path) -> None:
    found = trained(record, folder, lambda out, y: out.log_softmax(1)[range(len(y)), y].mean())
    assert found and "log-probability" in found[0].message
    assert found[0].place.path is not None and found[0].place.path.endswith("test_loss_sign.py")


def test_a_cross_entropy_is_not_reported(record: Record, folder: Path) -> None:
    assert (
        trained(record, folder, lambda out, y: F.cross_entropy(out, y) + 0.1 * F.l1_loss(out, out.detach() + 1)) == []
    )


def test_the_axis_of_a_log_softmax_in_a_loss_by_hand_is_told(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    x, _ = batch()
    with record():
        for _ in range(2):
            optimizer.zero_grad()
            scores = model(x)
            F.kl_div(F.log_softmax(scores, dim=0), scores.detach().softmax(0), reduction="batchmean").backward()
            optimizer.step()
    terms = Recording.load(folder).details[0]["loss_terms"]
    assert [(term["axis"], term["shape"]) for term in terms if "axis" in term] == [(0, list(scores.shape))]
