"""The exception that ended a run: its own words, whose it was, and which kind it is of."""

from __future__ import annotations

from typing import Any

import pytest

from traindx.checks import all_checks
from traindx.checks.errors.example import raising
from traindx.checks.ranks.example import two_ranks
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding
from traindx.core.raised import raised_of

WORKER = """Caught OSError in DataLoader worker process 1.
Original Traceback (most recent call last):
  File "/env/torch/utils/data/_utils/worker.py", line 374, in _worker_loop
    data = fetcher.fetch(index)
OSError: image file is truncated (153 bytes not processed)
"""


def exception(**fields: Any) -> dict[str, Any]:
    return {"kind": "event", "event": "exception", "step": 8, **fields}


def kinds(kind: str, message: str, **more: Any) -> set[str]:
    """Codes of the checks on errors that find an exception of this kind, but for T001, which finds all."""
    facts = {"recording": raising(kind, message, **more)}
    looking = [c for c in all_checks() if c.code.startswith(("T01", "T02", "T03", "P1", "R1")) and c.code != "T029"]
    found = set()
    for check in looking:
        try:
            found |= {check.code for item in check(facts) if isinstance(item, Finding)}
        except Exception as too_few:
            assert type(too_few).__name__ == "NotEnough"
    return found


def test_of_a_worker_its_own_line_and_words_count() -> None:
    line = {
        "kind": "worker_error",
        "worker": 1,
        "type": "OSError",
        "message": "image file is truncated",
        "path": "data.py",
    }
    more = {"line": 11, "sample": 40, "file": "pics/40.png", "frames": ["data.py:11 in __getitem__"]}
    event = exception(type="OSError", message=WORKER, path="train.py", line=60)
    raised = raised_of(recording_with(falling(), events=[{**line, **more}, event]))
    assert raised is not None and str(raised.place) == "data.py:11, step 8"
    assert raised.place.image == "pics/40.png"
    assert raised.sentence == "OSError at step 8 in loader worker 1: image file is truncated (sample 40, pics/40.png)"


def test_without_a_line_of_the_worker_its_words_are_read_from_the_message() -> None:
    raised = raised_of(
        recording_with(falling(), events=[exception(type="OSError", message=WORKER, path="train.py", line=60)])
    )
    assert raised is not None and raised.words == "image file is truncated (153 bytes not processed)"
    assert (raised.place.path, raised.place.line) == ("train.py", 60)


def test_of_several_ranks_the_one_counts_that_did_not_just_lose_another() -> None:
    lost = exception(type="RuntimeError", message="[pair.cc:553] Connection closed by peer [127.0.0.1]:4987", time=1.0)
    own = exception(type="KeyError", message="'label'", time=2.0, path="train.py", line=52)
    raised = raised_of(two_ranks([lost], [own]))
    assert raised is not None and (raised.kind, raised.rank, raised.line) == ("KeyError", 1, 52)


def test_an_interrupt_is_no_error() -> None:
    assert raised_of(recording_with(falling(), events=[exception(type="KeyboardInterrupt", message="")])) is None


@pytest.mark.parametrize(
    ("kind", "message", "code"),
    [
        ("UnidentifiedImageError", "cannot identify image file 'a.jpg'", "T010"),
        (
            "AssertionError",
            "All bounding boxes should have positive height and width. Found invalid box [0.0, 9.5, 0.0, 9.5] for target at "
            "index 3.",
            "T033",
        ),
        ("ValueError", "x_max is less than or equal to x_min for bbox [0.5, 0.2, 0.5, 0.4, 1.0].", "T033"),
        ("RuntimeError", "decode_jpeg, decode_jpeg.cpp:167, Image is incomplete or truncated", "T010"),
        ("RuntimeError", "read_file, read_write_file.cpp:52, [Errno 2] No such file or directory: 'nope.jpg'", "T011"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'weights/best.pt'", "T012"),
        ("FileNotFoundError", "Couldn't find any class folder in data/train.", "T012"),
        ("TypeError", "default_collate: batch must contain tensors; found <class 'PIL.Image.Image'>", "T013"),
        ("RuntimeError", "Trying to resize storage that is not resizable", "T013"),
        ("TypeError", "cannot pickle '_thread.lock' object", "T014"),
        ("RuntimeError", "Tensor on device cuda:0 is not on the expected device meta!", "T015"),
        (
            "RuntimeError",
            "Input type (torch.cuda.ByteTensor) and weight type (torch.cuda.FloatTensor) should be the same",
            "T016",
        ),
        ("RuntimeError", "result type Float can't be cast to the desired output type Long", "T016"),
        ("RuntimeError", "size mismatch (got input: [2, 3, 8, 8] , target: [2, 4, 4]", "T017"),
        ("RuntimeError", "0D or 1D target tensor expected, multi-target not supported", "T017"),
        ("RuntimeError", 'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "fc.weight"', "T018"),
        ("RuntimeError", "unexpected EOF, expected 20 more bytes. The file might be corrupted.", "T019"),
        ("RuntimeError", "a leaf Variable that requires grad is being used in an in-place operation.", "T022"),
        ("RuntimeError", "Found no NVIDIA driver on your system.", "T023"),
        ("RuntimeError", "CUDA error: device-side assert triggered", "T024"),
        ("MemoryError", "Unable to allocate 7.11 PiB for an array", "P101"),
        ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB.", "P101"),
        (
            "RuntimeError",
            "unable to mmap 1024 bytes from file </torch_17_1>: No space left on device (28) in shared memory",
            "P103",
        ),
        ("OSError", "[Errno 28] No space left on device", "P105"),
    ],
)
def test_an_error_is_of_one_kind(kind: str, message: str, code: str) -> None:
    assert kinds(kind, message) == {code}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("ValueError", "metric went down"),
        ("KeyError", "'label'"),
        ("TypeError", "forward() missing 1 required positional argument: 'x'"),
        ("AttributeError", "'NoneType' object has no attribute 'shape'"),
        ("EOFError", "EOF when reading a line"),
        ("TrialPruned", ""),
    ],
)
def test_an_error_of_the_program_is_of_no_kind(kind: str, message: str) -> None:
    assert kinds(kind, message) == set()


def test_a_key_error_counts_as_unequal_samples_only_where_the_loader_collates() -> None:
    frames = ["train.py:20 in main", "torch/utils/data/_utils/collate.py:171 in collate"]
    assert kinds("KeyError", "'boxes'", frames=frames) == {"T013"}
