"""The line that keeps a loss with its graph is read from the script."""

from __future__ import annotations

import pytest

from traindx.recorder.keeping_lines import keeping_lines

LOOP = """
for x, y in loader:
    output = model(x)
    loss = criterion(output, y)
    loss.backward()
    {kept}
"""
FUNCTION = """
def train_one(x, y):
    loss = criterion(model(x), y)
    loss.backward()
    return loss

for x, y in loader:
    history.append(train_one(x, y){after})
"""


@pytest.mark.parametrize(
    "kept",
    [
        "losses.append(loss)",
        "total += loss",
        "total = total + loss / len(loader)",
        "history[step] = loss",
        "outputs.append(output.cpu())",
        "self.losses.extend([loss])",
    ],
)
def test_what_keeps_the_graph_is_named(kept: str) -> None:
    assert keeping_lines(LOOP.format(kept=kept), 5) == [6]


@pytest.mark.parametrize(
    "kept",
    [
        "losses.append(loss.item())",
        "total += loss.detach()",
        "total += float(loss)",
        "outputs.append(output.detach().cpu())",
        "shapes.append(output.shape)",
        "seen.append(y)",
        "loss = loss * 2",
        "print(loss)",
    ],
)
def test_what_does_not_keep_it_is_not(kept: str) -> None:
    assert keeping_lines(LOOP.format(kept=kept), 5) == []


def test_what_a_function_returns_is_followed_to_its_callers() -> None:
    assert keeping_lines(FUNCTION.format(after=""), 4) == [8]
    assert keeping_lines(FUNCTION.format(after=".item()"), 4) == []


@pytest.mark.parametrize("kept", ["scores.append(loss)", "total += loss"])
def test_a_validation_that_collects_its_losses_is_named(kept: str) -> None:
    assert keeping_lines(f"for x, y in loader:\n    loss = criterion(model(x), y)\n    {kept}\n", 2) == [3]


def test_a_loss_that_is_collected_where_it_is_computed_is_named() -> None:
    assert keeping_lines("for x, y in loader:\n    total += criterion(model(x), y)\n", 2) == [2]
    assert keeping_lines("for x, y in loader:\n    total += criterion(model(x), y).item()\n", 2) == []
