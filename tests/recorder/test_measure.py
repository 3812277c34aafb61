"""Every statistic against an obvious computation in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from traindx.recorder import measure
from traindx.recorder.probes.batch_hash import given_pictures


def exact(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().float().numpy().astype(np.float64)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_norms_are_those_of_float64(dtype: torch.dtype) -> None:
    tensors = [torch.randn(7, 5).mul(300).to(dtype), torch.randn(100).to(dtype), torch.zeros(3).to(dtype)]
    assert measure.norms(torch, tensors).tolist() == pytest.approx(
        [np.linalg.norm(exact(t)) for t in tensors], rel=1e-5
    )


def test_differences_are_those_of_float64() -> None:
    before = [torch.randn(50, 3), torch.randn(4)]
    after = [b + 1e-3 * torch.randn_like(b) for b in before]
    expected = [np.linalg.norm(exact(a) - exact(b)) for a, b in zip(after, before, strict=True)]
    found = measure.moved(torch, after, measure.copies(torch, before))[0]
    assert found.tolist() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("shape", [(4, 3, 8, 8), (4, 3, 20, 20), (4, 3, 2, 2), (5, 6)])
def test_the_ranges_of_units_are_those_over_all_their_values(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)
    low, high = measure.unit_ranges(torch, x, "Linear" if len(shape) == 2 else "Conv2d") or (None, None)
    axes = tuple(d for d in range(len(shape)) if d != 1)
    assert low is not None and high is not None
    assert low.tolist() == exact(x).min(axis=axes).tolist() and high.tolist() == exact(x).max(axis=axes).tolist()


@pytest.mark.parametrize("shape", [(4, 3, 8, 8), (6, 5), (3, 16, 16), (4, 200)])
def test_input_statistics_are_those_of_float64(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape) * 3 + 1
    vector, facts = measure.input_statistics(torch, x)
    found = measure.as_input(vector.tolist())
    values = exact(x)
    axes = {4: (0, 2, 3), 3: (1, 2), 2: (0,) if shape[1] <= 16 else None}[len(shape)]
    assert facts == {"shape": list(shape), "dtype": "float32"}
    assert found["min"] == pytest.approx(values.min()) and found["max"] == pytest.approx(values.max())
    assert found["mean"] == pytest.approx(np.atleast_1d(values.mean(axis=axes)), rel=1e-4, abs=1e-6)
    assert found["std"] == pytest.approx(np.atleast_1d(values.std(axis=axes)), rel=1e-4)


def test_pictures_as_bytes_are_measured_too() -> None:
    x = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    found = measure.as_input(measure.input_statistics(torch, x)[0].tolist())
    assert found["max"] == x.max().item() and found["mean"] == pytest.approx(exact(x).mean(axis=(0, 2, 3)))


def test_activation_statistics_are_those_of_float64() -> None:
    x = torch.randn(4, 6, 9, 9) * 2 + 0.5
    scalars, count = measure.activation_statistics(torch, x)
    vector = torch.stack(scalars)
    values = exact(x)
    expected = (values.mean(), values.std(), np.abs(values).max())
    assert measure.as_activation(vector.tolist(), count) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("shape", [(64, 16, 64, 64), (2, 8, 320, 320), (16, 512, 16, 16), (64, 197, 192), (300, 4096)])
@pytest.mark.parametrize("channels_last", [False, True])
def test_a_large_activation_is_looked_at_in_pieces_of_all_samples_and_channels(
    shape: tuple[int, ...], channels_last: bool
) -> None:
    x = torch.zeros(shape)
    x += torch.arange(shape[0]).view(-1, *[1] * (len(shape) - 1)) + 1000 * torch.arange(shape[1]).view(
        1, -1, *[1] * (len(shape) - 2)
    )
    if channels_last and len(shape) == 4:
        x = x.to(memory_format=torch.channels_last)
    found = measure.scattered(torch, x, measure.ACTIVATION)
    assert measure.ACTIVATION / 2 < found.numel() <= measure.ACTIVATION * 1.1
    assert len((found % 1000).unique()) == shape[0]
    assert len((found // 1000).unique()) == shape[1]
    scalars, count = measure.activation_statistics(torch, x)
    mean, deviation, _ = measure.as_activation(torch.stack(scalars).tolist(), count)
    assert (mean, deviation) == pytest.approx((x.mean().item(), x.std().item()), rel=0.05)


def test_of_a_large_activation_that_lies_scattered_the_first_samples_count() -> None:
    x = torch.zeros(64, 64, 16, 64).transpose(1, 3)
    x[2:] = 100.0
    scalars, count = measure.activation_statistics(torch, x)
    assert count == 2 * 16 * 64 * 64 and torch.stack(scalars).tolist()[1] == 0.0


def test_silent_channels_and_features_are_found() -> None:
    pictures = torch.rand(4, 5, 3, 3) + 0.1
    pictures[:, 2] = 0
    features = torch.rand(4, 6) + 0.1
    features[:, [0, 5]] = 0
    features[0, 1] = 0
    for x, kind, expected in ((pictures, "ReLU", [2]), (features, "Linear", [0, 5])):
        found = measure.unit_ranges(torch, x, kind)
        assert found is not None
        assert ((found[0] == 0) & (found[1] == 0)).nonzero().flatten().tolist() == expected


def test_the_first_picture_is_found_in_lists_and_dicts() -> None:
    picture = torch.rand(3, 8, 8)
    assert measure.first_tensor(torch, ([picture, picture],)) is picture
    assert measure.first_tensor(torch, ({"ids": torch.tensor([1]), "img": picture},)) is picture
    assert measure.first_tensor(torch, (torch.tensor([1, 2]), "text")) is None


def test_what_is_not_a_plain_tensor_is_left_alone() -> None:
    plain = torch.rand(3)
    assert measure.usable(torch, plain)
    assert not measure.usable(torch, plain.to("meta")) and not measure.usable(torch, torch.ones(3, dtype=torch.long))
    assert not measure.usable(torch, None) and not measure.usable(torch, plain[:0])
    seen: list[bool] = []
    torch.func.vmap(lambda x: (seen.append(measure.usable(torch, x)), x)[1])(torch.rand(2, 3))
    assert seen == [False]


def test_pictures_that_torchvision_marks_are_looked_at_as_any() -> None:
    from torchvision import tv_tensors

    pictures = [tv_tensors.Image(torch.rand(3, 8, 8)) for _ in range(3)]
    given = given_pictures(torch, (pictures, [{"labels": torch.ones(1)}]), {})
    assert [type(p) for p in given] == [torch.Tensor] * 3 and all(p.shape == (1, 3, 8, 8) for p in given)
    assert given[0].data_ptr() == pictures[0].data_ptr() and not measure.usable(torch, pictures[0])
    first = measure.first_plain(torch, (pictures,))
    assert type(first) is torch.Tensor and torch.equal(first, pictures[0].as_subclass(torch.Tensor))
