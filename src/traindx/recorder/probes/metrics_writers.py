"""What is handed to loggers: TensorBoard's writer, Weights & Biases, MLflow. Looked at on the way, never sent by traindx."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

TENSORBOARDS = ("torch.utils.tensorboard.writer", "tensorboardX.writer")


class MetricsWriters(Probe):
    """Writes `metric` lines; `at` is the step that the caller gave, often an epoch."""

    patches = (
        *(Patch(module, "SummaryWriter.add_scalar", before="scalar") for module in TENSORBOARDS),
        *(Patch(module, "SummaryWriter.add_scalars", before="scalars") for module in TENSORBOARDS),
        Patch("wandb.sdk.wandb_run", "Run.log", before="wandb"),
        Patch("mlflow.tracking.client", "MlflowClient.log_metric", before="mlflow_one"),
        Patch("mlflow.tracking.client", "MlflowClient.log_batch", before="mlflow_many"),
    )

    def scalar(self, arguments: Arguments, named: Named) -> None:
        """`add_scalar(tag, scalar_value, global_step)`."""
        tag, value, at = _given(("tag", "scalar_value", "global_step"), arguments, named)
        self.seen.logged.metrics({tag: value}, "tensorboard", at=at)

    def scalars(self, arguments: Arguments, named: Named) -> None:
        """`add_scalars(main_tag, tag_scalar_dict, global_step)`."""
        tag, values, at = _given(("main_tag", "tag_scalar_dict", "global_step"), arguments, named)
        self.seen.logged.metrics({tag: values}, "tensorboard", at=at)

    def wandb(self, arguments: Arguments, named: Named) -> None:
        """`log(data, step)` of a run, which `wandb.log` is too."""
        values, at = _given(("data", "step"), arguments, named)
        self.seen.logged.metrics(values, "wandb", epoch=_epoch_in(values), at=at)

    def mlflow_one(self, arguments: Arguments, named: Named) -> None:
        """`log_metric(run_id, key, value, timestamp, step)` of the client."""
        _, name, value, _, at = _given(("run_id", "key", "value", "timestamp", "step"), arguments, named)
        self.seen.logged.metrics({name: value}, "mlflow", at=at)

    def mlflow_many(self, arguments: Arguments, named: Named) -> None:
        """`log_batch(run_id, metrics)` of the client, by which `log_metrics` goes."""
        _, metrics = _given(("run_id", "metrics"), arguments, named)
        for metric in metrics or ():
            self.seen.logged.metrics({metric.key: metric.value}, "mlflow", at=metric.step)


def _given(names: tuple[str, ...], arguments: Arguments, named: Named) -> list[Any]:
    """The values of a method's parameters, however they were passed; None where they were not."""
    return [arguments[i + 1] if i + 1 < len(arguments) else named.get(name) for i, name in enumerate(names)]


def _epoch_in(values: Any) -> Any:
    """The epoch that is logged beside the values, as many do."""
    return values.get("epoch") if isinstance(values, dict) else None
