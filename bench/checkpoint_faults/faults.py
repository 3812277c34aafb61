"""The planted faults: each writes one file, and says which check should fail, and what place it should name."""

from __future__ import annotations

import copy
import io
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from bench.checkpoint_faults.trained import Content, fresh, network, train
from torch import nn

Write = Callable[[Path], Path]


@dataclass(frozen=True)
class Fault:
    """`write` puts it into a folder and returns the path to examine; `place` is text that the finding's place or message holds."""

    name: str
    code: str
    place: str
    write: Write


FAULTS: list[Fault] = []


def fault(code: str, place: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register a function that writes one."""

    def register(write: Write) -> Write:
        FAULTS.append(Fault(write.__name__, code, place, write))
        return write

    return register


def save(folder: Path, content: Any, name: str = "last.pt", **how: Any) -> Path:
    """Write it as torch does."""
    torch.save(content, folder / name, **how)
    return folder / name


def changed(folder: Path, change: Callable[[Content], object], **settings: Any) -> Path:
    """A whole checkpoint with one thing changed in it."""
    content = fresh(**settings)
    change(content)
    return save(folder, content)


@fault("S201", "cut")
def cut_in_the_middle(folder: Path) -> Path:
    path = save(folder, fresh())
    os.truncate(path, path.stat().st_size * 2 // 3)
    return path


@fault("S201", "cut")
def cut_by_a_few_bytes(folder: Path) -> Path:
    path = save(folder, fresh())
    os.truncate(path, path.stat().st_size - 40)
    return path


@fault("S201", "empty")
def empty_file(folder: Path) -> Path:
    (folder / "last.pt").write_bytes(b"")
    return folder / "last.pt"


@fault("S201", "zeros")
def zeros_after_a_crash(folder: Path) -> Path:
    (folder / "last.pt").write_bytes(bytes(60_000))
    return folder / "last.pt"


@fault("S201", "checksum")
def bytes_changed_on_the_disk(folder: Path) -> Path:
    path = save(folder, fresh())
    data = bytearray(path.read_bytes())
    at = data.index(fresh()["model"]["3.weight"].numpy().tobytes()[:64]) + 100
    data[at] ^= 0x40
    path.write_bytes(bytes(data))
    return path


@fault("S201", "cut")
def old_format_cut(folder: Path) -> Path:
    path = save(folder, fresh(), _use_new_zipfile_serialization=False)
    os.truncate(path, path.stat().st_size - 2000)
    return path


@fault("S201", "header")
def safetensors_cut(folder: Path) -> Path:
    from safetensors.torch import save_file

    save_file(network().state_dict(), folder / "model.safetensors")
    os.truncate(folder / "model.safetensors", 9000)
    return folder / "model.safetensors"


@fault("S202", "3.weight")
def one_weight_nan(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"]["3.weight"].view(-1)[7].fill_(float("nan")))


@fault("S202", "8.weight")
def overflow_in_half_precision(folder: Path) -> Path:
    state = fresh()["model"]
    state["8.weight"][0] = 1e6
    return save(folder, {k: v.half() if v.is_floating_point() else v for k, v in state.items()}, "model.pth")


@fault("S202", "0.weight")
def infinity_in_bfloat16(folder: Path) -> Path:
    state = {k: v.bfloat16() if v.is_floating_point() else v for k, v in fresh()["model"].items()}
    state["0.weight"][0] = float("inf")
    return save(folder, state, "model.pth")


@fault("S202", "0.weight")
def run_that_diverged(folder: Path) -> Path:
    content = fresh()
    model = network()
    torch.manual_seed(1)
    stepping = torch.optim.SGD(model.parameters(), lr=1e30)
    for _ in range(3):
        stepping.zero_grad()
        nn.functional.cross_entropy(model(torch.randn(8, 3, 16, 16)), torch.randint(0, 10, (8,))).backward()
        stepping.step()
    content["model"] = model.state_dict()
    return save(folder, content)


@fault("S202", "3.weight")
def whole_model_with_nan(folder: Path) -> Path:
    model = network()
    nn.init.constant_(model[3].weight[0], float("nan"))
    return save(folder, model, "whole.pt")


@fault("S203", "8.weight")
def average_alone_nan(folder: Path) -> Path:
    return changed(folder, lambda c: c["ema"]["module.8.weight"].fill_(float("nan")))


@fault("S204", "exp_avg_sq")
def second_moment_infinite(folder: Path) -> Path:
    return changed(folder, lambda c: c["optimizer"]["state"][0]["exp_avg_sq"].fill_(float("inf")))


@fault("S204", "momentum_buffer")
def momentum_nan(folder: Path) -> Path:
    return changed(
        folder,
        lambda c: c["optimizer"]["state"][4]["momentum_buffer"].fill_(float("nan")),
        optimizer=torch.optim.SGD,
        momentum=0.9,
    )


@fault("S205", "scale")
def scale_collapsed(folder: Path) -> Path:
    return changed(folder, lambda c: c["scaler"].update(scale=2.0**-40))


@fault("S206", "8.weight")
def head_of_zeros(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"]["8.weight"].zero_())


@fault("S206", "3.weight")
def kernel_of_one_value(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"]["3.weight"].fill_(0.01))


@fault("S207", "no weights")
def optimizer_alone(folder: Path) -> Path:
    return save(folder, {"optimizer": fresh()["optimizer"], "epoch": 3})


@fault("S207", "no weights")
def state_dict_not_called(folder: Path) -> Path:
    return save(folder, {"model": None, "optimizer": fresh()["optimizer"], "epoch": 3})


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


@fault("S240", "faults.Own")
def own_class_in_the_file(folder: Path) -> Path:
    return changed(folder, lambda c: c.update(settings=Own()))


class Own:
    """A class of the user's own."""
