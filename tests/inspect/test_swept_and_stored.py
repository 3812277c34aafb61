"""Settings that no single file holds: values of sweeps and resolvers, structured configurations, fields that a script writes."""

import pytest

from tests.inspect.test_configured import said
from traindx.inspect.setup import setup_at, setup_of

SWEPT = """defaults: [_self_]
hydra:
  mode: MULTIRUN
  sweeper:
    params:
      optimizer.lr: 0.001,0.5
      batch_size: choice(16, 32)
batch_size: ${oc.env:TRAINDX_NO_SUCH_NAME,8}
base: 0.01
optimizer: {_target_: torch.optim.AdamW, lr: "${eval:'${base} / 10'}", weight_decay: 0.01}
"""


def test_values_of_a_sweep_and_of_resolvers_are_judged_where_they_are_written(tmp_path):
    (tmp_path / "train.yaml").write_text(SWEPT)
    setup = setup_at("train.yaml", tmp_path)
    assert setup.configured.number("batch") == 8
    assert said(setup) == {"S135": "train.yaml:6"}
    (tmp_path / "train.yaml").write_text(SWEPT.replace("MULTIRUN", "RUN"))
    assert said(setup_at("train.yaml", tmp_path)) == {}


STORED = """from dataclasses import dataclass, field
import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

@dataclass
class Optimizer:
    _target_: str = "torch.optim.AdamW"
    weight_decay: float = 0.01

@dataclass
class Slow(Optimizer):
    lr: float = 1e-3

@dataclass
class Fast(Optimizer):
    lr: float = 0.5

@dataclass
class Config:
    defaults: list = field(default_factory=lambda: [{"optim": "slow"}, "_self_"])
    optim: Optimizer = MISSING
    epochs: int = 20

store = ConfigStore.instance()
store.store(name="config", node=Config)
store.store(group="optim", name="slow", node=Slow)
store.store(group="optim", name="fast", node=Fast)

@hydra.main(version_base=None, config_path=None, config_name="config")
def main(cfg): ...
"""


@pytest.mark.parametrize(("words", "found"), [([], {}), (["optim=fast"], {"S135": "train.py:17"})])
def test_structured_configurations_are_read_from_the_dataclasses_of_the_script(tmp_path, words, found):
    (tmp_path / "train.py").write_text(STORED)
    setup = setup_of(["python", "train.py", *words], tmp_path)
    assert setup.configured.number("epochs") == 20
    assert said(setup) == found


DETECTRON = """from detectron2.config import get_cfg
cfg = get_cfg()
cfg.SOLVER.IMS_PER_BATCH = 2
cfg.SOLVER.BASE_LR = {rate}
cfg.SOLVER.MAX_ITER = 3000
cfg.SOLVER.STEPS = {steps}
cfg.SOLVER.WARMUP_ITERS = 200
if fast:
    cfg.SOLVER.MOMENTUM = 1.9
"""


@pytest.mark.parametrize(
    ("rate", "steps", "found"),
    [
        ("0.02", "[]", {"S149": "train.py:4"}),
        ("0.00025", "(60000, 80000)", {"S155": "train.py:6"}),
        ("0.00025", "(2000, 2600)", {}),
    ],
)
def test_settings_that_a_script_writes_into_fields_of_capitals_are_read(tmp_path, rate, steps, found):
    (tmp_path / "train.py").write_text(DETECTRON.format(rate=rate, steps=steps))
    assert said(setup_of(["python", "train.py"], tmp_path)) == found
