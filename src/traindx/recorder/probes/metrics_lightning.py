"""What Lightning logs (`self.log`), with its epochs."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

PACKAGES = ("lightning.pytorch", "pytorch_lightning")
CONNECTOR = "trainer.connectors.logger_connector.logger_connector"
SOURCE = "lightning"


class MetricsLightning(Probe):
    """Writes `metric` lines for what goes to the loggers, also without one, and `epoch` events; epochs count from 0."""

    patches = tuple(
        patch
        for package in PACKAGES
        for patch in (
            Patch(f"{package}.{CONNECTOR}", "_LoggerConnector.log_metrics", before="logged"),
            Patch(f"{package}.loops.fit_loop", "_FitLoop.on_advance_start", before="epoch_begins"),
        )
    )

    def logged(self, arguments: Arguments, named: Named) -> None:
        """Metrics are about to be handed to the loggers."""
        trainer = arguments[0].trainer
        if not trainer.sanity_checking:
            values: Any = arguments[1] if len(arguments) > 1 else named.get("metrics")
            at = arguments[2] if len(arguments) > 2 else named.get("step")
            self.seen.logged.metrics(values, SOURCE, epoch=trainer.current_epoch, at=at)

    def epoch_begins(self, arguments: Arguments, named: Named) -> None:
        """An epoch is about to begin."""
        self.seen.logged.epoch(arguments[0].trainer.current_epoch, SOURCE)
