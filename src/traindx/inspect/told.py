"""The setup of a run with what its framework said of its settings while it was recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from traindx.core.recording import Recording
from traindx.core.setup import Setup
from traindx.inspect.setup import is_dataset


def with_told(setup: Setup, recording: Recording) -> Setup:
    """`setup` with the settings that were asked for and the dataset, as the recorded trainer understood them.

    The command says nothing where a script reads its settings from a file or its own options. What the trainer has by
    default was not asked for and stays out.
    """
    told = recording.lines.get("settings", ())
    if not told:
        return setup
    values = told[-1]["values"]
    asked = {name: values[name] for name in told[-1]["asked"]}
    data = Path(setup.cwd) / str(values.get("data", ""))
    found = data.suffix in (".yaml", ".yml") and data.is_file() and is_dataset(data)
    datasets = (str(data.resolve()), *setup.datasets) if found else setup.datasets
    return replace(
        setup, framework="ultralytics", settings={**asked, **setup.settings}, datasets=tuple(dict.fromkeys(datasets))
    )
