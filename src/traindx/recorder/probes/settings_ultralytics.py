"""The settings of an Ultralytics training as its trainer understood them, wherever they were written."""

from __future__ import annotations

import sys
from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

TRAINER = "ultralytics.engine.trainer"
LONGEST = 1000
"""Characters of a setting that are written; a longer one is left out."""


class SettingsUltralytics(Probe):
    """Writes a `settings` line when a trainer begins: every setting that is one word or number, and which are no defaults."""

    patches = (Patch(TRAINER, "BaseTrainer.run_callbacks", before="called"),)

    def called(self, arguments: Arguments, named: Named) -> None:
        """Callbacks of an event are about to be run."""
        event = arguments[1] if len(arguments) > 1 else named.get("event")
        if event != "on_pretrain_routine_start":
            return
        values = {name: value for name, value in vars(arguments[0].args).items() if _is_plain(value)}
        usual: Any = getattr(sys.modules.get("ultralytics.utils"), "DEFAULT_CFG_DICT", {})
        asked = sorted(name for name, value in values.items() if name not in usual or usual[name] != value)
        self.seen.journal.write(
            {"kind": "settings", "step": self.seen.now_at, "source": "ultralytics", "values": values, "asked": asked}
        )


def _is_plain(value: Any) -> bool:
    return type(value) in (bool, int, float) or (type(value) is str and len(value) <= LONGEST)
