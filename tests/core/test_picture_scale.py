"""The scale of pictures is guessed from their values, with its reason."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core.picture_scale import NORMALISATIONS, as_bytes, guess_scale

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 40, 40)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("0..255", PIXELS),
        ("0..1", PIXELS / 255),
        ("0..1/255", PIXELS / 255 / 255),
        ("-1..1", PIXELS / 127.5 - 1),
        *(
            (name, (PIXELS[: len(mean)] / 255 - np.array(mean)[:, None, None]) / np.array(std)[:, None, None])
            for name, (mean, std) in NORMALISATIONS.items()
        ),
    ],
)
def test_each_usual_scale_is_known_and_undone(name: str, picture: np.ndarray) -> None:
    picture = picture.astype(np.float32)
    scale = guess_scale([picture], averaged=False)
    assert scale.name == name and scale.because
    assert np.array_equal(as_bytes(picture, scale), PIXELS[: len(picture)].transpose(1, 2, 0).astype(np.uint8))


def test_averaged_pictures_are_known_by_their_range_alone() -> None:
    mean, std = (np.array(v)[:, None, None] for v in NORMALISATIONS["ImageNet"])
    smooth = PIXELS.reshape(3, 20, 2, 20, 2).mean((2, 4)) / 255
    assert guess_scale([((smooth - mean) / std).astype(np.float32)], averaged=True).name == "ImageNet"


def test_other_values_are_stretched_and_broken_ones_drawn_black() -> None:
    values = (PIXELS - 100) * 7
    assert guess_scale([values], averaged=False).name == "stretched"
    values[:, 0, 0] = np.nan
    assert as_bytes(values, guess_scale([values], averaged=False))[0, 0].tolist() == [0, 0, 0]
    nothing = guess_scale([np.full((3, 4, 4), np.nan, np.float32)], averaged=False)
    assert (nothing.name, nothing.because) == ("stretched", "no value is finite")


def test_many_channels_are_shown_as_three_and_two_as_one() -> None:
    scale = guess_scale([PIXELS], averaged=False)
    assert as_bytes(np.concatenate([PIXELS, PIXELS]), scale).shape == (40, 40, 3)
    assert as_bytes(PIXELS[:2], scale).shape == (40, 40, 1)
