"""The recorder: lives in the user's process, observes a training without changing it, and writes a recording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def record(model: Any = None, optimizer: Any = None, *, folder: str | Path | None = None) -> Iterator[Path]:
    """Record the training inside the `with` block; yields the recording's folder.

    `model` and `optimizer` may be left out: both are recognised when they are used. `folder` defaults to a new one, named by
    the time, in `traindx-runs`; an earlier recording in it is moved into `earlier-N` below it. Inside a process that
    `traindx run` records already, nothing is added. An exception passes through, and stands in the recording.
    """
    import torch

    from traindx.recorder.attach import Attachment, attached_session
    from traindx.recorder.ending import watch_endings
    from traindx.recorder.place import new_folder, set_earlier_aside
    from traindx.recorder.session import Session

    outer = attached_session(torch)
    if outer is not None:
        yield outer.folder
        return
    home = new_folder() if folder is None else Path(folder)
    with suppress(OSError):  # a folder that cannot be changed: then both stand in it
        set_earlier_aside(home)
    session = Session(torch, home.resolve())
    attachment = Attachment(torch, session)
    unwatch = watch_endings(session, always=True)
    session.adopt(model, optimizer)
    try:
        yield home
    except BaseException as error:
        session.raised(error, True)
        raise
    finally:
        session.end()
        unwatch()
        attachment.detach()
