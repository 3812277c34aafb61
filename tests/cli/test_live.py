"""The state of a run stands in the terminal's last line, and the command's own output above it."""

from __future__ import annotations

import io

import pytest

from traindx.cli.live import LiveLine, words
from traindx.core.live import Live


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


STATE = Live(
    step=1200, loss=0.12345, lr=0.01, grad_norm=1.5, steps_per_second=19.1, wait=0.04, ranks={0: 1200, 1: 1100}
)


def test_only_what_is_known_is_said() -> None:
    assert words(Live(step=3)) == "traindx: step 3"
    said = words(STATE, "lr-too-high (93%)")
    assert said == (
        "traindx: step 1,200 · loss 0.1235 · rate 0.01 · gradient 1.5 · 19.1 steps/s · data wait 4%"
        " · behind: rank 1 · lr-too-high (93%)"
    )


def test_the_line_is_kept_free_once_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "24")
    stream = Terminal()
    line = LiveLine(stream=stream)
    line.show(STATE, "")
    line.show(STATE, "")
    written = stream.getvalue()
    assert written.count("\033[1;23r") == 1 and written.count("\033[24;1H") == 2
    assert "traindx: step 1,200" in written and "steps/s" not in written  # cut at the terminal's width
    line.close()
    assert "\033[1;24r" in stream.getvalue()


def test_nothing_is_written_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, stream in (("xterm", io.StringIO()), ("dumb", Terminal())):
        monkeypatch.setenv("TERM", terminal)
        line = LiveLine(stream=stream)
        line.show(STATE, "")
        line.close()
        assert stream.getvalue() == ""
