"""`%load_ext traindx`: records what the cells of a notebook train, and `%traindx report` diagnoses it there."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError

USAGE = """%traindx report    diagnose the latest recording; recording goes on
%traindx stop      end the recording and take the recorder off
%traindx start     begin again
%traindx           what is recorded, and where"""


def load(shell: Any) -> None:
    """Start recording in a kernel, and give it the magic `%traindx`."""
    notebook = Notebook(shell)
    shell.register_magic_function(notebook.magic, "line", "traindx")
    notebook.start()


def unload(shell: Any) -> None:
    """Undo `load`."""
    magic = shell.magics_manager.magics["line"].pop("traindx", None)
    if magic is not None:
        magic.__self__.stop()


class Notebook:
    """The recorder in one kernel. Each model that is trained gets a folder of its own in `traindx-runs`."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._session: Any = None
        self._undo: list[Callable[[], None]] = []

    def start(self) -> None:
        """Attach to torch; in a kernel that `traindx run` records already, nothing is added."""
        import torch

        from traindx.recorder.attach import Attachment, attached_session
        from traindx.recorder.ending import watch_endings
        from traindx.recorder.kernel import KernelSession
        from traindx.recorder.place import new_folder

        self._session = attached_session(torch)
        if self._session is not None:
            return
        session = self._session = KernelSession(torch, new_folder().resolve())
        attachment = Attachment(torch, session)
        self._undo = [attachment.detach, watch_endings(session, always=False), session.end]
        for event, told in (("pre_run_cell", self._cell_begins), ("post_run_cell", self._cell_ended)):
            self._shell.events.register(event, told)
            self._undo.append(functools.partial(self._shell.events.unregister, event, told))

    def stop(self) -> None:
        """End the recording and take everything off."""
        while self._undo:
            self._undo.pop()()

    def magic(self, line: str) -> None:
        """What `%traindx` does; an error is a message, as IPython shows one."""
        from IPython.core.error import UsageError

        words = line.split()
        known = {"report": self.report, "stop": self.stop, "start": self.start, "": self.status}
        if len(words) > 1 or " ".join(words) not in known:
            raise UsageError(f"%traindx {line}: there is\n{USAGE}")
        if words == ["start"] and self._undo:
            raise UsageError("this kernel is recorded already; %traindx stop ends that")
        try:
            known[" ".join(words)]()
        except TraindxError as error:
            raise UsageError(str(error)) from None

    def status(self) -> None:
        """Say what is recorded."""
        folders = self._folders()
        state = "on" if self._session is not None and self._session.alive else "off"
        print(f"recording is {state}; recorded so far: {', '.join(map(_shown, folders)) or 'nothing'}\n{USAGE}")

    def report(self) -> None:
        """Diagnose the latest recording and print the report."""
        from traindx import examine
        from traindx.render import FORMATS

        folders = self._folders()
        if not folders:
            raise TraindxError("nothing was recorded yet", "", "train in a cell after %load_ext traindx")
        if hasattr(self._session, "write_out"):
            self._session.write_out()
        report = examine.diagnose(folders[-1])
        (folders[-1] / "report.json").write_text(FORMATS["json"](report), encoding="utf-8")
        print(FORMATS["text"](report))
        print(f"recorded in {_shown(folders[-1])}")

    def _folders(self) -> tuple[Path, ...]:
        session = self._session
        return () if session is None else getattr(session, "recorded", (session.folder,))

    def _cell_begins(self, info: Any) -> None:
        self._session.cell_begins()

    def _cell_ended(self, result: Any) -> None:
        if result.error_in_exec is not None:
            self._session.cell_failed(result.error_in_exec)


def _shown(folder: Path) -> str:
    return os.path.relpath(folder)
