"""Options that a script never reads, and scripts that go on with a saved training."""

from __future__ import annotations

import pytest

from traindx.inspect.options import ignored_options
from traindx.inspect.resuming import reads_counter

PARSER = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-l", "--lr", type=float)
parser.add_argument("--batch-size", type=int)
args = parser.parse_args()
print(args)
use(args.batch_size)
"""


def test_an_option_that_is_declared_and_never_read_is_named_with_its_line() -> None:
    assert ignored_options(PARSER) == {"lr": 4}


@pytest.mark.parametrize(
    "more",
    [
        "use(args.lr)",
        "use(args)",
        "use(**vars(args))",
        "config.args = args",
        "rate = getattr(args, 'lr')",
        "import sys\nuse(sys.argv)",
        "def broken(:",
    ],
)
def test_nothing_is_said_where_the_option_may_be_read(more: str) -> None:
    assert ignored_options(f"{PARSER}{more}\n") == {}


def test_an_option_that_is_overwritten_is_named_with_the_line_that_does_it() -> None:
    assert ignored_options(f"{PARSER}args.lr = 0.1\nuse(args.lr)\n") == {"lr": 9}


def test_a_destination_of_another_name_counts_as_read() -> None:
    text = PARSER.replace('"--lr"', '"--lr", dest="rate"')
    assert ignored_options(f"{text}use(args.rate)\n") == {}


@pytest.mark.parametrize(
    ("script", "resumes"),
    [
        ("c = torch.load(p)\nstart = c['epoch'] + 1\n", True),
        ("c = torch.load(p)\nstart = c.get('step', 0)\n", True),
        ("c = torch.load(p)\nmodel.load_state_dict(c['model'])\n", False),
        ("torch.save({'epoch': epoch}, p)\nlog['epoch']\n", False),
        ("def broken(:", False),
    ],
)
def test_a_script_goes_on_where_it_reads_a_saved_epoch(script: str, resumes: bool) -> None:
    assert reads_counter(script) is resumes
