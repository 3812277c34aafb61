"""Planted faults of what a file keeps: parts that a resume lacks, averages and names, code."""

from __future__ import annotations

import copy
import io
import os
import pickle
from pathlib import Path
from typing import Any

import torch
from bench.checkpoint_faults.fault import changed, fault, save
from bench.checkpoint_faults.trained import Content, fresh, network, train


@fault("S210", "optimizer")
def epoch_and_weights_alone(folder: Path) -> Path:
    return save(folder, {"model": fresh()["model"], "epoch": 3})


@fault("S210", "optimizer")
def schedule_without_optimizer(folder: Path) -> Path:
    return changed(folder, lambda c: c.pop("optimizer"))


@fault("S211", "scheduler")
def no_schedule(folder: Path) -> Path:
    return changed(folder, lambda c: c.pop("scheduler"))


@fault("S212", "scaler")
def no_loss_scale(folder: Path) -> Path:
    return changed(folder, lambda c: c.pop("scaler"))


@fault("S213", "ema")
def no_average(folder: Path) -> Path:
    return changed(folder, lambda c: c.pop("ema"))


@fault("S214", "epoch")
def no_epoch(folder: Path) -> Path:
    return changed(folder, lambda c: c.pop("epoch"))


@fault("S215", "optimizer")
def optimizer_built_anew(folder: Path) -> Path:
    new = torch.optim.AdamW(network().parameters())
    return changed(folder, lambda c: c.update(optimizer=new.state_dict()))


@fault("S216", "8.weight|(80, 32)")
def optimizer_of_the_old_head(folder: Path) -> Path:
    return changed(folder, lambda c: c.update(optimizer=train(network(80))["optimizer"]))


@fault("S208", "8.weight")
def head_that_came_after_the_optimizer(folder: Path) -> Path:
    def of_the_rest(parameters: Any, **settings: Any) -> torch.optim.Optimizer:
        return torch.optim.AdamW(list(parameters)[:-2], **settings)

    return save(folder, train(network(), optimizer=of_the_rest))


@fault("S219", "lr")
def schedule_at_its_end(folder: Path) -> Path:
    return save(folder, train(network(), steps=48))


@fault("S220", "layer 1")
def momentum_of_zero(folder: Path) -> Path:
    model = network()
    for layer in (model[1], model[4]):
        layer.momentum = 0.0
    return save(folder, copy.deepcopy(train(model)))


@fault("S221", "layer 1")
def trained_in_evaluation_mode(folder: Path) -> Path:
    return save(folder, fresh(eval_mode=True))


@fault("S222", "layer 4")
def variance_nan(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"]["4.running_var"].fill_(float("nan")))


@fault("S222", "layer 1")
def variance_negative(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"]["1.running_var"].sub_(5.0))


@fault("S223", "layer module.1")
def average_of_parameters_alone(folder: Path) -> Path:
    def change(content: Content) -> None:
        for layer in ("1", "4"):
            content["ema"][f"module.{layer}.running_mean"].zero_()
            content["ema"][f"module.{layer}.running_var"].fill_(1.0)

    return changed(folder, change)


@fault("S230", "ema")
def average_never_updated(folder: Path) -> Path:
    return changed(folder, lambda c: c["ema"]["n_averaged"].zero_())


@fault("S230", "ema")
def average_of_another_model(folder: Path) -> Path:
    torch.manual_seed(5)

    def change(content: Content) -> None:
        for name, value in content["ema"].items():
            if value.ndim > 1:
                value.copy_(torch.randn_like(value) * content["model"][name.removeprefix("module.")].std() * 1.2)

    return changed(folder, change)


@fault("S230", "8.weight")
def average_with_the_old_head(folder: Path) -> Path:
    return changed(folder, lambda c: c["ema"].update({"module.8.weight": torch.randn(80, 32)}))


@fault("S232", "module.0")
def names_twice(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"].update({f"module.{k}": v.clone() for k, v in c["model"].items()}))


@fault("S233", "module.0.weight")
def names_of_a_wrapped_model(folder: Path) -> Path:
    return changed(folder, lambda c: c.update(model={f"module.{k}": v for k, v in c["model"].items()}))


@fault("S233", "_orig_mod.0.weight")
def names_of_a_compiled_model(folder: Path) -> Path:
    return changed(folder, lambda c: c.update(model={f"_orig_mod.{k}": v for k, v in c["model"].items()}))


class _Command:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, ("true",)


@fault("S241", "system")
def shell_command(folder: Path) -> Path:
    return changed(folder, lambda c: c.update(extra=_Command()))


@fault("S241", "eval")
def evaluated_text(folder: Path) -> Path:
    class Evaluated:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return eval, ("1+1",)

    written = io.BytesIO()
    pickle.dump({"epoch": 1, "extra": Evaluated()}, written)
    (folder / "model.bin").write_bytes(written.getvalue())
    return folder / "model.bin"


@fault("S240", "lacking.Own")
def own_class_in_the_file(folder: Path) -> Path:
    return changed(folder, lambda c: c.update(settings=Own()))


class Own:
    """A class of the user's own."""
