"""What a value of the user's holds."""

import numpy as np
import pytest
import torch

from traindx.recorder.contents import host_number
from traindx.recorder.description import optimizer_line, rate


@pytest.mark.parametrize(
    "value", [0.5, np.float64(0.5), np.float32(0.5), np.array(0.5), np.array([0.5]), torch.tensor(0.5)]
)
def test_a_number_is_read_whoever_made_it(value: object) -> None:
    assert host_number(value) == 0.5


@pytest.mark.parametrize("value", [None, "0.5", np.array([0.5, 1.0]), torch.ones(2), torch.tensor(0.5, device="meta")])
def test_what_is_no_number_on_the_host_is_none(value: object) -> None:
    assert host_number(value) is None


def test_rates_that_numpy_interpolated_are_recorded() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9)
    group = optimizer.param_groups[0]
    group["lr"], group["momentum"] = np.interp(1, [0, 2], [0.0, 0.5]), np.float32(0.5)
    assert rate(group) == 0.25
    found = optimizer_line(optimizer, 0, None)["groups"][0]
    assert (found["lr"], found["momentum"]) == (0.25, 0.5)
