"""Files of settings as trainings are started with them: Hydra, Lightning, timm, OpenMMLab, Detectron2, Trainer, plain yaml."""

import json

import pytest

from traindx.checks import all_checks
from traindx.cli.app import status_of
from traindx.core.runner import run_checks
from traindx.inspect.configured.tree import UNTOLD, at, bare, made, read_yaml, resolved
from traindx.inspect.setup import setup_at, setup_of

CHECKS = [check for check in all_checks() if check.code.startswith("S1")]
HYDRA = {
    "src/run.py": """import hydra
@hydra.main(version_base="1.3", config_path="../configs", config_name="train.yaml")
def main(cfg): ...
""",
    "src/lit.py": 'def configure_optimizers(self):\n    return {"lr_scheduler": {"scheduler": s, "interval": "epoch"}}\n',
    "configs/train.yaml": """defaults:
  - _self_
  - model: net
  - trainer: default
  - experiment: null
  - optional local: default
lr: 0.001
""",
    "configs/model/net.yaml": """_target_: src.lit.Lit
optimizer:
  _target_: torch.optim.Adam
  _partial_: true
  lr: ${lr}
  weight_decay: 1e-4
scheduler:
  _target_: torch.optim.lr_scheduler.CosineAnnealingLR
  _partial_: true
  T_max: ${trainer.max_epochs}
net: {_target_: timm.create_model, model_name: resnet18, pretrained: true, num_classes: 12}
""",
    "configs/trainer/default.yaml": "_target_: lightning.pytorch.trainer.Trainer\nmax_epochs: 50\n",
    "configs/trainer/short.yaml": "defaults: [default]\nmax_epochs: 8\n",
    "configs/experiment/big.yaml": "# @package _global_\ndefaults:\n  - override /trainer: short\nlr: 0.3\n",
}
CLI = {
    "main.py": "from lightning.pytorch.cli import LightningCLI\nLightningCLI(Model, Data)\n",
    "config.yaml": """trainer: {max_epochs: 100}
model: {class_path: src.Model, init_args: {num_classes: 4}}
optimizer:
  class_path: torch.optim.Adam
  init_args:
    lr: 0.001
""",
}
TIMM = {
    "train.py": "parser = config_parser()\n",
    "args.yaml": "model: vit_small\nopt: adamw\nlr: 1.0e-03\nweight_decay: 0.05\nepochs: 300\nwarmup_epochs: 20\nmomentum: 0.9\n",
}
OPENMMLAB = {
    "tools/train.py": "from mmengine.runner import Runner\n",
    "configs/base.py": """train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=500),
    dict(type='MultiStepLR', begin=0, end=12, by_epoch=True, milestones=[8, 11], gamma=0.1)]
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.02, momentum=0.9, weight_decay=0.0001))
model = dict(roi_head=dict(bbox_head=dict(num_classes=80)))
""",
    "configs/mine.py": "_base_ = ['./base.py']\nmetainfo = dict(classes=('cat', 'dog', 'bird'))\n"
    "model = dict(roi_head=dict(bbox_head=dict(num_classes=3)))\n",
}
TRAINER = {
    "run.py": "from transformers import HfArgumentParser, TrainingArguments\n",
    "args.json": """{
"model_name_or_path": "vit",
"output_dir": "out",
"learning_rate": 2e-5,
"num_train_epochs": 5,
"eval_strategy": "no"
}
""",
}
DETECTRON2 = {
    "train_net.py": "from detectron2.config import get_cfg\n",
    "configs/base.yaml": "SOLVER:\n  BASE_LR: 0.02\n  STEPS: (60000, 80000)\n  MAX_ITER: 90000\n",
    "configs/mine.yaml": """_BASE_: "base.yaml"
MODEL: {ROI_HEADS: {NUM_CLASSES: 3}}
SOLVER:
  BASE_LR: 0.00025
  STEPS: (2000, 2600)
  MAX_ITER: 3000
  WARMUP_ITERS: 200
""",
}
OWN = {
    "main.py": "cfg = OmegaConf.load('config.yaml')\n",
    "config.yaml": """model: {name: resnet18, num_classes: 3}
train:
  epochs: 40
  optimizer:
    name: AdamW
    lr: 3e-4
data:
  classes: [a, b, c]
""",
}
STYLES = {
    "hydra": (HYDRA, "python src/run.py"),
    "cli": (CLI, "python main.py fit --config config.yaml"),
    "timm": (TIMM, "python train.py --config args.yaml"),
    "openmmlab": (OPENMMLAB, "python tools/train.py configs/mine.py"),
    "trainer": (TRAINER, "python run.py args.json"),
    "detectron2": (DETECTRON2, "python train_net.py --config-file configs/mine.yaml --num-gpus 1"),
    "own": (OWN, "python main.py --config config.yaml"),
}


def written(folder, style, **changed):
    """The files of a style, with some of their text replaced: `{file: (before, after)}`. Returns the command's words."""
    files, command = STYLES[style]
    for name, text in files.items():
        before, after = changed.get(name.rpartition("/")[2].partition(".")[0], ("", ""))
        assert before in text
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace(before, after, 1) if before else text)
    return command.split()


def said(setup):
    """The checks that fail, each with the place of its first finding."""
    outcomes = run_checks(CHECKS, {"setup": setup})
    assert [o.reason for o in outcomes if o.status == "crashed"] == []
    found = {o.code: o.findings[0].place for o in outcomes if o.status == "failed"}
    return {code: f"{p.path}:{p.line}" if p.path else str(p.setting) for code, p in found.items()}


@pytest.mark.parametrize("style", STYLES)
def test_sound_settings_of_each_style_are_read_and_let_alone(tmp_path, style):
    setup = setup_of(written(tmp_path, style), tmp_path)
    assert said(setup) == {}
    assert {"rate", "classes"} - {*setup.configured.roles} <= ({"classes"} if style in ("timm", "trainer") else set())


@pytest.mark.parametrize(
    ("style", "changed", "found"),
    [
        ("hydra", {"train": ("lr: 0.001", "lr: 0.1")}, {"S135": "configs/train.yaml:7"}),
        ("hydra", {"net": ("T_max: ${trainer.max_epochs}", "T_max: 5")}, {"S150": "configs/model/net.yaml:7"}),
        ("cli", {"config": ("lr: 0.001", "lr: 0.2")}, {"S135": "config.yaml:6"}),
        ("timm", {"args": ("lr: 1.0e-03", "lr: 0.5")}, {"S135": "args.yaml:3"}),
        ("timm", {"args": ("epochs: 300", "epochs: 10")}, {"S126": "args.yaml:6"}),
        ("timm", {"args": ("opt: adamw", "opt: sgd")}, {"S139": "args.yaml:4"}),
        ("openmmlab", {"base": ("max_epochs=12", "max_epochs=6")}, {"S155": "configs/base.py:4"}),
        ("openmmlab", {"base": ("by_epoch=False", "by_epoch=True")}, {"S126": "configs/base.py:3"}),
        ("openmmlab", {"base": ("type='SGD', lr=0.02, momentum=0.9", "type='AdamW', lr=0.02")}, {"S135": "configs/base.py:5"}),
        ("openmmlab", {"mine": ("num_classes=3", "num_classes=80")}, {"S147": "configs/mine.py:3"}),
        ("trainer", {"args": ("2e-5", "0.05")}, {"S135": "args.json:4"}),
        ("trainer", {"args": ("eval_strategy", "evaluation_strategy")}, {"S121": "args.json:6"}),
        ("detectron2", {"mine": ("WARMUP_ITERS: 200", "WARMUP_ITERS: 4000")}, {"S126": "configs/mine.yaml:7"}),
        ("detectron2", {"mine": ("  STEPS: (2000, 2600)\n", "")}, {"S155": "configs/base.yaml:3"}),
        ("own", {"config": ("lr: 3e-4", "lr: 0.3")}, {"S135": "config.yaml:6"}),
        ("own", {"config": ("num_classes: 3", "num_classes: 80")}, {"S147": "config.yaml:1"}),
    ],
)  # fmt: skip
def test_faulty_settings_of_each_style_are_found_at_their_line(tmp_path, style, changed, found):
    assert said(setup_of(written(tmp_path, style, **changed), tmp_path)) == found


@pytest.mark.parametrize(
    ("style", "words", "found"),
    [
        ("hydra", ["experiment=big"], {"S135": "configs/experiment/big.yaml:4"}),
        ("hydra", ["model.optimizer.weight_decay=0.5"], {"S139": "weight_decay"}),
        ("hydra", ["model.optimiser.lr=0.01"], {"S148": "model.optimiser.lr"}),
        ("hydra", ["+model.note=x", "~model.net", "trainer=short"], {}),
        ("hydra", ["-m", "lr=0.001,0.5"], {"S135": "configs/model/net.yaml:5"}),
        ("hydra", ["-m", "lr=choice(0.5,0.001)", "trainer=default,short"], {"S135": "configs/model/net.yaml:5"}),
        ("hydra", ["-m", "lr=tag(log, interval(0.00001, 0.1))"], {}),
        ("cli", ["--optimizer.init_args.lr=0.5"], {"S135": "lr"}),
        ("detectron2", ["SOLVER.MAX_ITER", "100"], {"S126": "configs/mine.yaml:7", "S155": "configs/mine.yaml:5"}),
    ],
)
def test_words_of_the_command_stand_over_the_files(tmp_path, style, words, found):
    assert said(setup_of([*written(tmp_path, style), *words], tmp_path)) == found


def test_an_experiment_chooses_another_group_before_that_is_read(tmp_path):
    setup = setup_of([*written(tmp_path, "hydra"), "experiment=big"], tmp_path)
    assert setup.configured.number("epochs") == 8
    assert setup.configured.paths[-1] == "configs/experiment/big.yaml"


def test_the_settings_that_a_run_left_are_read_from_its_folder(tmp_path):
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra" / "config.yaml").write_text(
        "model:\n  optimizer:\n    _target_: torch.optim.SGD\n    lr: 0.1\n    momentum: 1.9\n"
    )
    assert said(setup_at(".", tmp_path))["S138"] == ".hydra/config.yaml:4"


def test_interpolations_follow_names_and_leave_resolvers_untold(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "a: {b: 2, c: '${.b}', d: '${..e}'}\ne: ${a.b}\nf: ${now:%Y}\ng: ${g}\nh: [1, '${e}']\ni: x-${e}\n"
    )
    held = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert held is not None
    tree = resolved(held)
    named = {name: bare(part) for name in ("a.c", "a.d", "e", "h") if (part := at(tree, name)) is not None}
    assert named == {"a.c": 2, "a.d": 2, "e": 2, "h": [1, 2]}
    assert [bare(tree.entries[name]) for name in "fgi"] == [UNTOLD, UNTOLD, "x-2"]
    assert bare(made({"lr": "1e-3", "steps": "(1, 2)"}, "", None)) == {"lr": 0.001, "steps": [1, 2]}


@pytest.mark.parametrize(
    "text",
    [
        "parameters:\n  lr: {values: [0.1, 0.5]}\n  optimizer: {values: [adam, sgd]}\n  epochs: {value: 10}\n",
        "g: {optimizer: {name: adam, lr: 0.0002}}\nd: {optimizer: {name: sgd, lr: 0.1}}\nepochs: 100\n",
        "det: {num_classes: 3}\nseg: {num_classes: 20}\nclasses: [a, b, c]\nlr: 0.01\noptimizer: sgd\nepochs: 9\n",
        "services: {train: {image: x}}\n",
        "a: &a [*a]\n",
        "lr: 0.1\nlr: [\n",
    ],
)
def test_what_cannot_be_told_is_not_judged(tmp_path, text):
    (tmp_path / "main.py").write_text("print(1)\n")
    (tmp_path / "config.yaml").write_text(text)
    assert said(setup_of(["python", "main.py", "config.yaml"], tmp_path)) == {}


def test_nothing_of_a_python_file_of_settings_is_run(tmp_path):
    (tmp_path / "cfg.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\noptimizer = dict(type='SGD', lr=0.1)\n"
    )
    assert setup_at("cfg.py", tmp_path).configured.number("rate") == 0.1
    assert not (tmp_path / "ran").exists()


def test_settings_are_examined_without_a_dataset_from_a_file_and_from_a_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = written(tmp_path, "timm", args=("lr: 1.0e-03", "lr: 0.5"))
    for asked in ("args.yaml", " ".join(command)):
        assert status_of(["check", f"settings={asked}", "format=json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert [o["code"] for o in report["outcomes"] if o["status"] == "failed"] == ["S135"]
        assert report["overview"][0]["title"].startswith("Settings as they were read")
        assert report["meta"]["sentence"].startswith("Unclear: no check failed at level error, with a warning: adamw")
    assert status_of(["check", "settings=none.yaml"]) == 2
    assert status_of(["check"]) == 2
