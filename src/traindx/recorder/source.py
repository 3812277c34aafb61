"""The user's own line: the first frame that is neither torch's, a package's, the standard library's nor traindx's."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType

PACKAGES = ("site-packages", "dist-packages")


def _standard_library() -> tuple[str, ...]:
    """The folders of the standard library, and of the scripts that packages install (`yolo`, `torchrun`)."""
    paths = sysconfig.get_paths()
    folders = {paths["stdlib"], paths["platstdlib"], paths["scripts"], str(Path(os.__file__).parent)}
    return tuple(sorted(folder + os.sep for folder in folders))


@dataclass(frozen=True)
class Frames:
    """Tells the user's frames from others'. `cwd` is the folder to which paths are made relative."""

    cwd: str
    torch: str
    own: str = str(Path(__file__).parents[1]) + os.sep
    library: tuple[str, ...] = field(default_factory=_standard_library)

    def is_user(self, filename: str) -> bool:
        """Whether a file is the user's own code."""
        return self.is_outside(filename) and not self.is_package(filename) and not filename.startswith(self.library)

    def is_package(self, filename: str) -> bool:
        """Whether a file is an installed package's, other than torch's."""
        return self.is_outside(filename) and any(f"{os.sep}{name}{os.sep}" in filename for name in PACKAGES)

    def is_outside(self, filename: str) -> bool:
        """Whether a file is neither torch's nor traindx's nor made up by the interpreter or a code generator."""
        if filename.startswith("<"):
            return filename.startswith(("<string>", "<stdin>", "<ipython"))
        return not filename.startswith((self.torch, self.own))

    def place(self, filename: str) -> str:
        """A path as it is shown: relative to the working directory where it lies under it."""
        if filename.startswith(self.cwd + os.sep):
            return filename[len(self.cwd) + 1 :]
        return filename

    def user_frame(self, frame: FrameType | None = None) -> FrameType | None:
        """The innermost user frame, else the innermost frame of a package other than torch."""
        frame = frame or sys._getframe(1)
        fallback: FrameType | None = None
        while frame is not None:
            filename = frame.f_code.co_filename
            if self.is_user(filename):
                return frame
            if fallback is None and self.is_package(filename):
                fallback = frame
            frame = frame.f_back
        return fallback

    def place_of(self, frame: FrameType | None) -> tuple[str, int] | None:
        """Path and line of a frame."""
        return None if frame is None else (self.place(frame.f_code.co_filename), frame.f_lineno)

    def caller(self, frame: FrameType | None = None) -> tuple[str, int] | None:
        """Path and line of the innermost user frame, else of the innermost frame of a package other than torch."""
        return self.place_of(self.user_frame(frame or sys._getframe(1)))

    def raised(self, traceback: TracebackType | None) -> tuple[tuple[str, int] | None, list[str]]:
        """Path and line of the deepest user frame of a traceback, and its last 12 frames as `path:line in name`."""
        deepest: tuple[str, int] | None = None
        fallback: tuple[str, int] | None = None
        frames: list[str] = []
        while traceback is not None:
            filename, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
            if not filename.startswith(self.own):
                frames.append(f"{self.place(filename)}:{line} in {traceback.tb_frame.f_code.co_name}")
            if self.is_user(filename):
                deepest = (self.place(filename), line)
            elif self.is_package(filename):
                fallback = (self.place(filename), line)
            traceback = traceback.tb_next
        return deepest or fallback, frames[-12:]
