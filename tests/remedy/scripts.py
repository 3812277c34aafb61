"""A training script as people write it, and the case of a cause in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traindx.core.finding import Place
from traindx.core.recording import recording_of
from traindx.core.report import Diagnosis, Reason, Report
from traindx.remedy.propose import Remedy, propose

SCRIPT = '''\
"""Trains a small network."""

import torch
from torch import nn
from torch.utils.data import DataLoader

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)  # as in the paper
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
train_loader = DataLoader(digits, batch_size=32, shuffle=True)

for epoch in range(10):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    scheduler.step()
    # how good is it?
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum() for x, y in val_loader)
'''

CALLS = {
    "zero_grad": "zero_grad(",
    "backward": ".backward(",
    "step": "optimizer.step(",
    "optimizer": "optimizer = ",
    "loss": "loss = ",
    "train": ".train()",
    "eval": ".eval()",
    "clip": "clip_grad_norm_",
    "scheduler": "scheduler.step(",
}


def edited(*pairs: tuple[str, str]) -> str:
    """The script with texts replaced; each must be there."""
    text = SCRIPT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def remedied(
    folder: Path,
    text: str,
    cause: str,
    *,
    at: Sequence[str] = (),
    because: Sequence[tuple[str, str]] = (),
    lines: Sequence[Mapping[str, Any]] = (),
    command: Sequence[str] = (),
    started: float | None = None,
) -> Remedy:
    """What is proposed for a proved `cause` in a script. `at` are texts of the lines that the diagnosis names, `because` codes and
    words; the recorder's lines of calls are those of the script.
    """
    (folder / "train.py").write_text(text)
    numbered = list(enumerate(text.splitlines(), 1))
    found = {call: next((n for n, line in numbered if words in line), None) for call, words in CALLS.items()}
    sources = [{"kind": "source", "call": c, "path": "train.py", "line": n} for c, n in found.items() if n]
    places = [Place(path="train.py", line=next(n for n, line in numbered if words in line)) for words in at]
    reasons = tuple(Reason(words, code, 1.0) for code, words in because)
    diagnosis = Diagnosis(cause, "proved", 0.99, places=tuple(places), because=reasons)
    recording = recording_of([*sources, *lines], run={"command": list(command), "cwd": str(folder), "started": started})
    return propose(Report("faulty", (diagnosis,), ()), recording, folder)


def changed(remedy: Remedy) -> str:
    """The new text of the only script that is changed."""
    assert len(remedy.changed) == 1, remedy
    return remedy.changed[0].text
