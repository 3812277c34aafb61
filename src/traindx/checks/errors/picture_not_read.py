"""T010: a picture could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import raised_of, told_of
from traindx.core.recording import Recording

PATTERNS = (
    r"cannot identify image file",
    r"image file is truncated",
    r"broken (PNG|data stream)",
    r"unrecognized data stream contents",
    r"Truncated File Read",
    r"decoder error -?\d+",
    r"Image is incomplete or truncated",
    r"\) !\w*\.?empty\(\)",
    r"Unsupported image file",
    r"not a (JPEG|PNG) file",
    r"DecompressionBombError",
)


@check("T010", level="error")
def picture_not_read(recording: Recording) -> Iterator[Finding | Measured]:
    """A picture could not be decoded, or what OpenCV returned for it was empty.

    ## Why is this bad?
    One broken file ends the training whenever its turn comes; with shuffling at another step each time.

    ## How to fix
    The finding names the sample's number, and the file where it is seen. Fetch it again or take it out of the set; `traindx check
    DATA` finds all such files at once. OpenCV's `imread` returns nothing for a file that it cannot read, and the next call fails.
    """
    raised = raised_of(recording)
    fits = raised is not None and raised.says(*PATTERNS) and raised.there is not False
    yield from told_of(raised if fits else None)


@picture_not_read.fires_on
def a_truncated_file() -> Facts:
    return {
        "recording": raising(
            "OSError", "image file is truncated (153 bytes not processed)", file="train/31.jpg", sample=31
        )
    }


@picture_not_read.fires_on
def what_opencv_says() -> Facts:
    words = "OpenCV(4.14.0) color.cpp:199: error: (-215:Assertion failed) !_src.empty() in function 'cvtColor'"
    return {"recording": raising("error", words)}


@picture_not_read.quiet_on
def the_file_is_not_there() -> Facts:
    words = "OpenCV(4.14.0) color.cpp:199: error: (-215:Assertion failed) !_src.empty() in function 'cvtColor'"
    return {"recording": raising("error", words, file="train/31.jpg", there=False)}


@picture_not_read.quiet_on
def a_checkpoint_is_cut() -> Facts:
    return {
        "recording": raising("RuntimeError", "unexpected EOF, expected 20 more bytes. The file might be corrupted.")
    }
