"""A network that is only the head of what is trained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from traindx.checks.batches.validation_drawn_at_random import crops_in_validation, validation_drawn_at_random
from traindx.core.check import NotEnough
from traindx.core.recording import Parameter


def test_nothing_is_said_of_what_a_head_receives_from_a_backbone_that_is_trained_too() -> None:
    recording = crops_in_validation()["recording"]
    backbone = Parameter("optimizer0.0", (8, 3, 3, 3), trainable=True, optimizer=0)
    with pytest.raises(NotEnough, match="outside of the recorded network"):
        list(validation_drawn_at_random.function(replace(recording, parameters=(backbone,))))
