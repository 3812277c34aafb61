"""What Ultralytics logs of each epoch: losses, metrics of the validator, rates, fitness; and the epochs themselves."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

TRAINER = "ultralytics.engine.trainer"
SOURCE = "ultralytics"


class MetricsUltralytics(Probe):
    """Writes `metric` lines as results.csv has them, and `epoch` events; epochs count from 0, as the trainer does."""

    patches = (
        Patch(TRAINER, "BaseTrainer.save_metrics", before="saved"),
        Patch(TRAINER, "BaseTrainer.run_callbacks", before="called"),
    )

    def saved(self, arguments: Arguments, named: Named) -> None:
        """An epoch's row is about to be written."""
        trainer = arguments[0]
        values: Any = arguments[1] if len(arguments) > 1 else named.get("metrics")
        fitness = getattr(trainer, "fitness", None)
        self.seen.logged.metrics({**values, "fitness": fitness}, SOURCE, epoch=trainer.epoch)

    def called(self, arguments: Arguments, named: Named) -> None:
        """Callbacks of an event are about to be run."""
        event = arguments[1] if len(arguments) > 1 else named.get("event")
        if event == "on_train_epoch_start":
            self.seen.logged.epoch(arguments[0].epoch, SOURCE)
