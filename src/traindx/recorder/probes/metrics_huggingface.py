"""What the Hugging Face Trainer logs (`log`, also of `evaluate`), with its epochs, and what Accelerate's trackers get."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe


class MetricsHuggingFace(Probe):
    """Writes `metric` lines and `epoch` events; the Trainer's epoch is a number with a fraction, counted from 0."""

    patches = (
        Patch("transformers.trainer", "Trainer.log", before="logged"),
        Patch("transformers.trainer_callback", "CallbackHandler.on_epoch_begin", before="epoch_begins"),
        Patch("accelerate.accelerator", "Accelerator.log", before="tracked"),
    )

    def logged(self, arguments: Arguments, named: Named) -> None:
        """The Trainer logs."""
        state = arguments[0].state
        values: Any = arguments[1] if len(arguments) > 1 else named.get("logs")
        self.seen.logged.metrics(values, "transformers", epoch=state.epoch, at=state.global_step)

    def epoch_begins(self, arguments: Arguments, named: Named) -> None:
        """An epoch is about to begin."""
        state: Any = arguments[2] if len(arguments) > 2 else named.get("state")
        self.seen.logged.epoch(round(state.epoch or 0), "transformers")

    def tracked(self, arguments: Arguments, named: Named) -> None:
        """Accelerate hands values to its trackers."""
        values: Any = arguments[1] if len(arguments) > 1 else named.get("values")
        at = arguments[2] if len(arguments) > 2 else named.get("step")
        self.seen.logged.metrics(values, "accelerate", at=at)
