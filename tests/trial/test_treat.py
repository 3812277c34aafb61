"""The command of an arm: its paths, outputs, seed and dataset."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from traindx.core.setup import Setup
from traindx.trial.treat import arm_command, environment, folders_of, put_dataset, takes_seed
from traindx.trial.workspace import Workspace, make_workspace


@pytest.fixture
def user(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text("import torch\n")
    (folder / "data.yaml").write_text("train: images\nnames: [a]\n")
    return folder


def arm(user: Path, *command: str, seed: int = 3) -> tuple[list[str], Workspace]:
    setup = Setup(command, str(user), "pytorch")
    home = user.parent / f"arm{len(list(user.parent.glob('arm*')))}"
    space = make_workspace(user, home, also=folders_of(setup, ()))
    return arm_command(setup, space, seed), space


def test_relative_words_stay_and_absolute_ones_lead_to_the_copy(user: Path) -> None:
    words, space = arm(user, "python", "train.py", "--data", f"{user}/data.yaml", f"--cfg={user}/c.yaml", "--lr", "0.1")
    copy = space.cwd
    assert words == ["python", "train.py", "--data", f"{copy}/data.yaml", f"--cfg={copy}/c.yaml", "--lr", "0.1"]


def test_an_output_outside_of_the_project_is_led_to_the_workspace(user: Path) -> None:
    outside = user.parent / "results"
    words, space = arm(
        user, "python", "train.py", "--output-dir", str(outside), f"--save_dir={outside}", f"--log={outside}"
    )
    assert all(str(outside) not in word for word in words)
    assert words[3].startswith(str(space.home)) and Path(words[3]).is_dir()


def test_a_relative_output_above_the_project_is_led_to_the_workspace(user: Path) -> None:
    words, space = arm(user, "python", "train.py", "--project", "../results")
    assert words[3].startswith(str(space.home / "outputs"))


def test_an_input_outside_of_the_project_stays(user: Path) -> None:
    weights = user.parent / "start.pt"
    weights.write_bytes(b"w")
    words, _ = arm(user, "python", "train.py", "--weights", str(weights), "--checkpoint", str(weights))
    assert words[3] == words[5] == str(weights)


def test_the_interpreter_of_an_environment_in_the_project_is_run_where_it_is(user: Path) -> None:
    (user / ".venv/bin").mkdir(parents=True)
    (user / ".venv/pyvenv.cfg").write_text("")
    (user / ".venv/bin/python").symlink_to(sys.executable)
    words, _ = arm(user, ".venv/bin/python", "train.py")
    assert words[0] == f"{user}/.venv/bin/python"
    words, _ = arm(user.parent / "project", "env", "A=1", f"{user}/.venv/bin/python", "train.py")
    assert words[2] == f"{user}/.venv/bin/python"


def test_yolo_commands_write_their_results_to_the_workspace_and_take_the_seed(user: Path) -> None:
    words, space = arm(user, "yolo", "train", "data=data.yaml", "project=/elsewhere", "seed=0", seed=1)
    assert words == ["yolo", "train", "data=data.yaml", f"project={space.cwd}/runs", "seed=1"]


def test_a_seed_in_the_command_is_set(user: Path) -> None:
    words, _ = arm(user, "python", "train.py", "--seed", "42", seed=7)
    assert words[-2:] == ["--seed", "7"]
    words, _ = arm(user, "python", "train.py", "trainer.seed=42", seed=7)
    assert words[-1] == "trainer.seed=7"
    assert takes_seed(Setup(("python", "train.py", "--seed", "1"), "", "pytorch"))
    assert not takes_seed(Setup(("python", "train.py"), "", "pytorch"))


def test_yolov5_scripts_get_their_project_option(user: Path) -> None:
    (user / "train.py").write_text("add_argument('--project'); add_argument('--hyp')\n")
    words, space = arm(user, "python", "train.py", "--img", "64")
    assert words[-2:] == ["--project", f"{space.cwd}/runs"]


def test_the_script_and_what_it_names_by_dots_come_along(user: Path) -> None:
    (user.parent / "set").mkdir()
    (user.parent / "code").mkdir()
    script = user.parent / "code/train.py"
    script.write_text("open('../set/list.txt')\n")
    found = folders_of(Setup(("python", str(script)), str(user), "pytorch"), ())
    assert user.parent / "code" in found
    (user.parent / "set/list.txt").write_text("")
    assert user.parent / "set/list.txt" in folders_of(Setup(("python", str(script)), str(user), "pytorch"), ())


def test_a_repaired_dataset_takes_the_place_of_the_yaml_that_the_command_names(user: Path) -> None:
    setup = Setup(("yolo", "train", "data=data.yaml"), str(user), "ultralytics", datasets=(f"{user}/data.yaml",))
    space = make_workspace(user, user.parent / "arm")
    repaired = space.home / "repaired/data.yaml"
    repaired.parent.mkdir()
    repaired.write_text("path: .\ntrain: images\nnames: [b]\n")
    put_dataset(space, Path(setup.datasets[0]), repaired)
    content = yaml.safe_load((space.cwd / "data.yaml").read_text())
    assert content["names"] == ["b"] and content["path"] == str(space.home / "repaired")
    assert "[a]" in (user / "data.yaml").read_text()


def test_ultralytics_settings_are_the_users_with_runs_in_the_workspace(
    user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = user.parent / "config/Ultralytics"
    own.mkdir(parents=True)
    (own / "settings.json").write_text('{"runs_dir": "/mine/runs", "datasets_dir": "/mine/sets"}')
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(own.parent))
    space = make_workspace(user, user.parent / "arm")
    env = environment(space)
    text = (Path(env["YOLO_CONFIG_DIR"]) / "Ultralytics/settings.json").read_text()
    assert f"{space.cwd}/runs" in text and "/mine/sets" in text and "/mine/runs" not in text
