"""Planted faults of a file itself: damaged, not finite, without sense."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from bench.checkpoint_faults.fault import changed, fault, save
from bench.checkpoint_faults.trained import Content, fresh, network
from torch import nn


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


@fault("S209", "3.weight")
def weights_of_a_run_that_diverged_and_stayed_finite(folder: Path) -> Path:
    return changed(folder, lambda c: c["model"]["3.weight"].mul_(1e20))


@fault("S209", "8.weight")
def half_of_a_head_read_in_a_wrong_type(folder: Path) -> Path:
    def read_wrongly(content: Content) -> None:
        content["model"]["8.weight"][:5] = 3.4e38

    return changed(folder, read_wrongly)
