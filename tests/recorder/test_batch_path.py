"""The samples' axis, followed back from the scores to the layers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from traindx.recorder.batch_path import follow

B = 6
pictures = torch.randn(B, 3, 8, 8)
conv, head = nn.Conv2d(3, 12, 3), nn.Linear(12 * 36, 5)


def test_a_flattened_network_keeps_its_samples_apart() -> None:
    norm, second = nn.BatchNorm2d(12), nn.Conv2d(12, 12, 3, padding=1)
    found = follow(nn.Sequential(conv, norm, nn.ReLU(inplace=True), second, nn.Flatten(), head)(pictures), B)
    assert found.mixed is None and found.layers == 3


@pytest.mark.parametrize(
    "mix",
    [
        lambda x: x.permute(1, 0, 2, 3).reshape(B, -1),
        lambda x: x.transpose(0, 1).contiguous().view(B, -1),
        lambda x: x.permute(2, 3, 1, 0).reshape(B, -1),
        lambda x: nn.functional.interpolate(x, 6).permute(1, 0, 2, 3).reshape(B, -1),
        lambda x: x.relu().flatten(2).permute(1, 2, 0).reshape(B, -1),
    ],
)
def test_channels_before_samples_are_seen_at_the_layer(mix: Callable[[Tensor], Tensor]) -> None:
    found = follow(head(mix(conv(pictures))), B).mixed
    assert found is not None and found.weight is conv.weight and found.axis in (1, 2, 3)


def test_samples_made_of_parts_of_two_axes_are_seen() -> None:
    few = nn.Conv2d(3, 4, 3)
    found = follow(nn.Linear(4 * 36, 5)(few(pictures).permute(1, 0, 2, 3).reshape(B, -1)), B).mixed
    assert found is not None and found.weight is few.weight and found.axis is None


def test_a_linear_layer_over_the_samples_is_seen() -> None:
    over = nn.Linear(B, B)
    x = nn.Linear(4, 5)(torch.randn(B, 4))
    found = follow(over(x.t()).t(), B).mixed
    assert found is not None and found.weight is over.weight


@pytest.mark.parametrize("batch_first", [True, False])
def test_tokens_that_are_brought_back_are_in_order(batch_first: bool) -> None:
    embed, mlp, last = nn.Conv2d(3, 16, 4, stride=4), nn.Linear(16, 16), nn.Linear(4 * 16, 5)
    tokens = embed(pictures).flatten(2).transpose(1, 2)
    x = mlp(tokens) if batch_first else mlp(tokens.transpose(0, 1)).transpose(0, 1)
    found = follow(last(x.reshape(B, -1)), B)
    assert found.mixed is None and found.layers == 3


def test_frames_folded_into_the_batch_and_out_again_are_in_order() -> None:
    frames = torch.randn(B, 4, 3, 8, 8)
    x = conv(frames.flatten(0, 1)).view(B, 4, 12, 6, 6).permute(0, 2, 1, 3, 4).reshape(B, -1)
    found = follow(nn.Linear(4 * 12 * 36, 5)(x), B)
    assert found.mixed is None and found.layers == 2


def test_pooling_over_places_and_a_class_token_keep_the_samples_apart() -> None:
    pooled = follow(nn.Linear(12, 5)(conv(pictures).mean((-2, -1))), B)
    assert pooled.mixed is None and pooled.layers == 2
    tokens = nn.Linear(16, 16)(torch.randn(B, 9, 16))
    chosen = follow(nn.Linear(16, 5)(torch.cat([tokens[:, :1], tokens], -2)[:, 0]), B)
    assert chosen.mixed is None and chosen.layers == 2


def test_parts_of_unlike_size_are_followed_each_by_its_own() -> None:
    narrow, wide = nn.Linear(16, 24)(torch.randn(B, 9, 16)).view(B, 9, 2, 12).split([4, 8], 3)
    kept = torch.cat([narrow, wide], 3).permute(0, 2, 1, 3).reshape(B, -1)
    found = follow(nn.Linear(216, 5)(kept), B)
    assert found.mixed is None and found.layers == 2


def test_one_sample_for_all_or_their_mean_ends_the_way() -> None:
    square = nn.Linear(16, 16)(torch.randn(B, B, 16))
    for picked in (square[0], square.mean(0)):
        found = follow(nn.Linear(16, 5)(picked), B)
        assert found.mixed is None and found.layers == 1


def test_a_mixing_of_tokens_is_no_mixing_of_samples() -> None:
    tokens = nn.Linear(16, 16)(torch.randn(B, 9, 16))
    mixed = nn.Linear(9, 9)(tokens.transpose(-1, -2)).transpose(-1, -2)
    assert follow(nn.Linear(9 * 16, 5)(mixed.reshape(B, -1)), B).mixed is None


@pytest.mark.parametrize(
    ("mix", "by"),
    [
        (lambda x: nn.functional.normalize(x, dim=0), "norm"),
        (lambda x: x / x.norm(dim=0), "norm"),
        (lambda x: x / (x.norm(dim=0, keepdim=True) + 1e-6), "norm"),
        (lambda x: x.softmax(0), "softmax"),
        (lambda x: nn.functional.normalize(x, dim=1), ""),
        (lambda x: x / x.norm(dim=-1, keepdim=True), ""),
        (lambda x: x.softmax(1), ""),
        (lambda x: (x - x.mean(0)) / x.std(0), ""),
    ],
)
def test_a_norm_or_softmax_along_the_samples_is_seen(mix: Callable[[Tensor], Tensor], by: str) -> None:
    embed = nn.Linear(8, 12)
    found = follow(nn.Linear(12, 5)(mix(embed(torch.randn(B, 8)))), B).mixed
    assert (found.by if found is not None else "") == by
    assert found is None or (found.weight is embed.weight and found.axis == 0)


def test_attention_over_its_tokens_keeps_the_samples_apart() -> None:
    x = nn.Linear(16, 16)(torch.randn(B, B, 16))
    x = (x @ x.transpose(1, 2)).softmax(-1) @ x
    assert follow(nn.Linear(B * 16, 5)(x.flatten(1)), B).mixed is None
