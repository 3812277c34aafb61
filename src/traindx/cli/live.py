"""The last line of the terminal while a command is recorded: how its training stands. The command's own output scrolls above it."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from traindx.core.live import Live


class LiveLine:
    """Keeps the terminal's last line free of what the command writes (as apt does), and writes the state of the run there.

    Does nothing where the output is no terminal, or one without cursor control. `close` gives the line back.
    """

    def __init__(self, *, wanted: bool = True, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        seen = self._stream.isatty() and (stream is not None or sys.stdout.isatty())
        self.active = wanted and seen and os.name == "posix" and os.environ.get("TERM", "dumb") not in ("dumb", "")
        self._size: tuple[int, int] | None = None

    def show(self, live: Live, worst: str) -> None:
        """Write how the training stands."""
        if self.active and live.step is not None:
            self._write(words(live, worst))

    def tell(self, line: str) -> None:
        """Write a line that stays, among the command's own."""
        print(f"traindx: {line}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Give the whole terminal back to whoever writes next."""
        if self._size is not None:
            _, height = self._size
            self._put(f"\0337\033[1;{height}r\033[{height};1H\033[2K\0338")
            self._size = None

    def _write(self, text: str) -> None:
        width, height = size = shutil.get_terminal_size()
        if height < 5:
            return
        if size != self._size:  # the first time, or the window has changed
            self._put(f"\n\0337\033[1;{height - 1}r\0338\033[1A")
            self._size = size
        self._put(f"\0337\033[{height};1H\033[2K\033[2m{text[: width - 1]}\033[22m\0338")

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def words(live: Live, worst: str = "") -> str:
    """How a training stands, in one line: only what is known."""
    parts = [f"step {live.step:,}"]
    parts += [f"loss {live.loss:.4g}"] if live.loss is not None else []
    parts += [f"rate {live.lr:.3g}"] if live.lr is not None else []
    parts += [f"gradient {live.grad_norm:.3g}"] if live.grad_norm is not None else []
    parts += [f"{live.steps_per_second:.3g} steps/s"] if live.steps_per_second is not None else []
    parts += [f"data wait {live.wait:.0%}"] if live.wait is not None else []
    behind = [rank for rank, step in live.ranks.items() if live.step is not None and live.step - step > 1]
    parts += [f"behind: rank {', '.join(map(str, sorted(behind)))}"] if behind else []
    parts += [worst] if worst else []
    return "traindx: " + " · ".join(parts)
