"""A bad step is done again in the user's own loop, and what made it bad is named; each case in `bench/bad_steps` is run there."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from traindx.cli.app import status_of
from traindx.core.replay import Replay, read_replay
from traindx.core.replay_words import sentence
from traindx.core.report import Report
from traindx.errors import TraindxError
from traindx.recorder.launch import run_command
from traindx.trial.replay import replay

SCRIPTS = Path(__file__).parents[2] / "bench" / "bad_steps"


def recorded(name: str, home: Path) -> Path:
    """The recording of one of the scripts."""
    for file in ("drawn.py", f"{name}.py"):
        shutil.copy(SCRIPTS / file, home / file)
    with (home / "said.txt").open("wb") as said:
        run_command([sys.executable, f"{name}.py"], home / "recording", cwd=home, stdout=said)
    return home / "recording"


def done_again(name: str, home: Path) -> Replay:
    """The replay of one of the scripts."""
    return replay(recorded(name, home), scratch=home)


def test_a_backward_operation_is_named_with_line_and_sample(tmp_path: Path) -> None:
    found = done_again("sqrt_backward", tmp_path)
    origin = found.origin
    assert origin is not None and (origin.phase, origin.forward, origin.path) == (
        "backward",
        "sqrt",
        "sqrt_backward.py",
    )
    assert "sqrt()" in origin.code and found.guilty == (6,) and found.sample_name(6) == "6 (pictures/030.png)"
    without, only = found.trial("without"), found.trial("only")
    assert without is not None and not without["bad"] and only is not None and only["bad"]
    assert read_replay(tmp_path / "recording") == found
    assert sorted(p.name for p in tmp_path.iterdir()) == ["drawn.py", "recording", "said.txt", "sqrt_backward.py"]


def test_half_precision_is_told_from_the_batch(tmp_path: Path) -> None:
    found = done_again("fp16_overflow", tmp_path)
    assert found.origin is not None and (found.origin.module, found.origin.kind) == ("second", "inf")
    precise = found.trial("full_precision")
    assert precise is not None and not precise["bad"]
    assert "addmm in Linear second makes infinity" in sentence(found)


ENDS = "        if not loss.isfinite():\n            raise SystemExit('loss is not finite')\n"
ACCUMULATES = "        if names[0][9:12] in ('008', '024', '040', '056'):\n            optimizer.step()\n"


@pytest.mark.parametrize(
    ("old", "new"), [("        loss.b", ENDS + "        loss.b"), ("        optimizer.step()\n", ACCUMULATES)]
)
def test_every_trial_is_made_where_the_training_ends_itself_or_accumulates(old: str, new: str, tmp_path: Path) -> None:
    script = (SCRIPTS / "log_of_zero.py").read_text().replace("_kinds, _ in", "_kinds, names in")
    assert "names" in script and old in script
    shutil.copy(SCRIPTS / "drawn.py", tmp_path / "drawn.py")
    (tmp_path / "train.py").write_text(script.replace(old, new))
    with (tmp_path / "said.txt").open("wb") as said:
        run_command([sys.executable, "train.py"], tmp_path / "recording", cwd=tmp_path, stdout=said)
    found = replay(tmp_path / "recording", scratch=tmp_path)
    assert found.origin is not None and found.origin.operation == "log" and found.guilty == (5,)
    kinds = [(r["trial"]["kind"], r["bad"]) for r in found.results]
    assert [kind for kind, _ in kinds] == ["again", "own_weights", "without", "only"]
    assert [bad for _, bad in kinds][2:] == [False, True]


def test_the_command_line_reports_a_finding_and_exits_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recorded("bad_pixels", tmp_path)
    assert status_of(["replay", str(folder), "--format", "json", "--scratch", str(tmp_path)]) == 1
    report = Report.from_json(json.loads(capsys.readouterr().out))
    ((outcome, finding),) = report.findings("error")
    assert outcome.code == "T111" and finding.place.step == 3
    assert finding.message == "the model's input is not finite before the step begins; sample 5 (pictures/029.png) of 8"


@pytest.mark.parametrize("name", ["healthy_jump", "healthy_scaler_jump"])
def test_a_jump_of_the_loss_is_called_nothing_else(name: str, tmp_path: Path) -> None:
    found = done_again(name, tmp_path)
    assert found.facts["what"] == "jump" and not found.reproduced and found.origin is None
    assert status_of(["replay", str(tmp_path / "recording"), "--scratch", str(tmp_path)]) == 0


def test_a_command_that_never_comes_to_the_step_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded("bad_pixels", tmp_path)
    (tmp_path / "other.py").write_text("print('no training here')\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TraindxError, match=r"did not come to the step.*no training here"):
        replay(folder, [sys.executable, "other.py"], scratch=tmp_path)
