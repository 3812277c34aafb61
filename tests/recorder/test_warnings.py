"""Warnings of torch name the user's own line, though a wrapper stands between the two."""

from __future__ import annotations

import warnings

import torch

from tests.recorder.conftest import Record


def test_a_warning_of_a_wrapped_function_names_the_line_that_it_names_without_the_recorder(record: Record) -> None:
    def lines() -> list[tuple[str, int]]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], 0.1)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            scheduler.step()
            iter(torch.utils.data.DataLoader([1, 2], pin_memory=True))
        return [(warning.filename, warning.lineno) for warning in seen]

    before = lines()
    with record():
        during = lines()
    assert before and during == before and before[0][0] == __file__
