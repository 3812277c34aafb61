"""Settings of the command: other values of what Ultralytics or the script's own parser was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from traindx.core.treatment import Argument
from traindx.recorder.treater import Change, Training, Treater

ALIASES = {
    "epochs": ("epochs", "num_epochs", "n_epochs", "max_epochs", "num_train_epochs"),
    "batch": ("batch", "batch_size", "per_device_train_batch_size", "train_batch_size"),
    "imgsz": ("imgsz", "img_size", "image_size", "img", "resolution"),
}
"""Names that one setting has in usual scripts."""


class SettingsTreater(Treater):
    """A treater of the settings that a training is started with: `YOLO.train`'s, or those that argparse has read."""

    changes: ClassVar[tuple[Change, ...]] = (
        Change("ultralytics.engine.model", "Model.train", "train"),
        Change("argparse", "ArgumentParser.parse_known_args", "parse"),
    )

    def train(self, original: Callable[..., Any], model: Any, trainer: Any = None, **settings: Any) -> Any:
        """Ultralytics is to train."""
        return original(model, trainer, **self.of_ultralytics({**model.overrides, **settings}, settings))

    def parse(self, original: Callable[..., Any], parser: Any, *args: Any, **kwargs: Any) -> Any:
        """A command line is read."""
        namespace, rest = original(parser, *args, **kwargs)
        for name, value in self.of_parser(vars(namespace)).items():
            setattr(namespace, name, value)
        return namespace, rest

    def of_ultralytics(self, known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """The settings to train with; `known` are those of the model and the call."""
        return given

    def of_parser(self, known: dict[str, Any]) -> dict[str, Any]:
        """Those settings that are to be others."""
        return {}


class SetOptions(SettingsTreater):
    """Ultralytics' settings by name; of a parser's those that it has."""

    name = "set_options"

    def of_ultralytics(self, known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """Those that Ultralytics knows."""
        from ultralytics.cfg import DEFAULT_CFG_DICT

        return {**given, **{name: value for name, value in self.given.items() if name in DEFAULT_CFG_DICT}}

    def of_parser(self, known: dict[str, Any]) -> dict[str, Any]:
        """Those that are there."""
        return {name: value for name, value in self.given.items() if name in known}


class ScaleOption(SettingsTreater):
    """A number among the settings times a factor, under any of the names that are usual for it."""

    name = "scale_option"

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        if self.given["option"] == "epochs":
            training.lengthen(self.number("factor"))

    def of_ultralytics(self, known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """Scaled from what was asked for, or from Ultralytics' default."""
        from ultralytics.cfg import DEFAULT_CFG_DICT

        name = str(self.given["option"])
        value = known.get(name, DEFAULT_CFG_DICT.get(name))
        return {**given, name: self._scaled(value)} if self._is_number(value) else given

    def of_parser(self, known: dict[str, Any]) -> dict[str, Any]:
        """Scaled where it is there."""
        names = ALIASES.get(str(self.given["option"]), (str(self.given["option"]),))
        return {n: self._scaled(known[n]) for n in names if self._is_number(known.get(n))}

    def _scaled(self, value: Any) -> Any:
        scaled = value * self.number("factor")
        return max(1, round(scaled)) if isinstance(value, int) else scaled

    @staticmethod
    def _is_number(value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


class OptimizerAsAsked(SettingsTreater):
    """Ultralytics' `optimizer=auto`, which sets rate and momentum by itself, made SGD, which takes those that were asked for."""

    name = "optimizer_as_asked"

    def of_ultralytics(self, known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """An optimizer by name: AdamW for a rate that suits it."""
        if str(known.get("optimizer", "auto")) != "auto":
            return given
        return {**given, "optimizer": "AdamW" if float(known.get("lr0", 0.01)) <= 2e-3 else "SGD"}


class ModelScale(SettingsTreater):
    """Another size of Ultralytics' model: the letter behind the number in its name, of a model that is built from a yaml."""

    name = "model_scale"
    changes = (
        Change("ultralytics.nn.tasks", "yaml_model_load", "load"),
        Change("ultralytics.engine.model", "yaml_model_load", "load"),
    )

    def load(self, original: Callable[..., Any], path: Any) -> Any:
        """The plan of a model is read: it says its scale."""
        plan = original(path)
        scale = str(self.given["scale"])
        return {**plan, "scale": scale} if scale in (plan.get("scales") or {}) else plan
