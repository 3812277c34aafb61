"""Numbers that a settings file, a class or a dict holds are changed there, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.remedy.scripts import changed, edited, remedied
from traindx.remedy.settings import numbers

OPTIMIZER = {
    "kind": "optimizer",
    "index": 0,
    "class": "SGD",
    "groups": [{"lr": 0.1, "momentum": 0.999, "weight_decay": 0.0}],
}
YAML = """# the paper's
data: {momentum: 0.9}
optim:
  lr: 1e-1   # linear rule
  momentum: 0.999  # was 0.9
  name: sgd
"""
READS = ("momentum=0.9)", "momentum=cfg['optim']['momentum'])")


def test_a_number_of_a_yaml_file_is_changed_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "sgd.yaml").write_text(YAML)
    remedy = remedied(
        tmp_path,
        edited(READS),
        "momentum-too-high",
        lines=[OPTIMIZER],
        command=["python", "train.py", "--cfg=sgd.yaml"],
    )
    assert changed(remedy) == YAML.replace("0.999", "0.9")
    assert "-  momentum: 0.999  # was 0.9\n+  momentum: 0.9  # was 0.9\n" in remedy.diff


def test_a_json_file_that_the_script_opens_is_changed(tmp_path: Path) -> None:
    text = json.dumps({"optim": {"momentum": 0.999, "lr": 0.1}}, indent=2)
    (tmp_path / "sgd.json").write_text(text)
    script = edited(READS, ("import torch\n", 'import torch\nimport json\n\ncfg = json.load(open("sgd.json"))\n'))
    assert changed(remedied(tmp_path, script, "momentum-too-high", lines=[OPTIMIZER])) == text.replace("0.999", "0.9")


@pytest.mark.parametrize(
    "text",
    [
        YAML.replace("0.999", "0.95"),  # not what the optimizer was given
        YAML + "ema:\n  momentum: 0.999\n",  # two of that name and value
        "momentum: [0.999",  # no YAML
    ],
)
def test_what_is_not_certain_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "sgd.yaml").write_text(text)
    command = ["python", "train.py", "--cfg", "sgd.yaml"]
    remedy = remedied(tmp_path, edited(READS), "momentum-too-high", lines=[OPTIMIZER], command=command)
    assert not remedy.changed and remedy.left


@pytest.mark.parametrize(
    ("held", "read"),
    [
        ("class CFG:\n    momentum = 0.999\n", "CFG.momentum"),
        ("@dataclass\nclass Settings:\n    momentum: float = 0.999\n\n\ncfg = Settings()\n", "cfg.momentum"),
        ('cfg = {"lr": 0.1, "momentum": 0.999}\n', 'cfg["momentum"]'),
        ("cfg = SimpleNamespace(momentum=0.999)\n", "cfg.momentum"),
    ],
)
def test_a_number_that_a_class_or_a_dict_holds_is_changed_there(tmp_path: Path, held: str, read: str) -> None:
    script = edited(("momentum=0.9)", f"momentum={read})"), ("model = nn", f"{held}\nmodel = nn"))
    assert changed(remedied(tmp_path, script, "momentum-too-high")) == script.replace("0.999", "0.9")


def test_numbers_are_found_however_they_are_written() -> None:
    found = {(s.key, s.value) for s in numbers("a: {lr: 1e-3, 'b': [1, {c: .5}]}\nd: '3'\ne: &x {f: 2}\ng: *x\n")}
    assert found == {("lr", 0.001), ("c", 0.5), ("f", 2.0)}
