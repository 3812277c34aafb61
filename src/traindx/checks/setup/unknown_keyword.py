"""S121: a function of an installed library is given an argument that it does not have."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from traindx.checks.setup.example import call, calling
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.script import Call
from traindx.core.setup import Setup

MODULES = {"Trainer": ("lightning", "pytorch_lightning", "pl", "L")}
"""Names that several libraries have: what must stand before the dot for it to be the known one."""


FORMER = {
    "evaluation_strategy": "eval_strategy",
    "per_gpu_train_batch_size": "per_device_train_batch_size",
    "per_gpu_eval_batch_size": "per_device_eval_batch_size",
    "no_cuda": "use_cpu",
}
"""What TrainingArguments once called its settings (transformers' release notes of 4.41, 4.46 and 5.0)."""


@check("S121", level="error")
def unknown_keyword(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """The script calls `TrainingArguments`, `Trainer`, an optimizer or a schedule with a keyword that the installed one lacks.

    ## Why is this bad?
    The call raises `TypeError`, after the data and the model have been loaded. Keywords are renamed between versions:
    `evaluation_strategy` of transformers became `eval_strategy`, `verbose` of PyTorch's schedules went.

    ## How to fix
    Take the name that the installed version has, or install the version that the script was written for. Parameters are read
    from the files of the environment that the command starts; functions that take any keyword, and calls inside of a
    `try`, are not judged. Of a json with settings of several programs, names are judged that transformers once had.
    """
    require_not_begun(recording)
    judged = [(call, setup.keywords[call.name]) for call in setup.text.calls if _is_known(call, setup)]
    if not judged:
        raise NotEnough("the script calls no function whose parameters are known")
    yield Measured("calls compared with the installed library", len(judged))
    for one, names in judged:
        for word in one.texts:
            if not word.isdigit() and word != "**" and word not in names and not _is_anothers(one, word):
                near = [FORMER[word]] if FORMER.get(word) in names else get_close_matches(word, names, n=1, cutoff=0.5)
                meant = f", should probably be {near[0]}" if near else ""
                place = setup.text.place(one, word, word)
                yield Finding(place, f"{one.name} of the installed library has no argument {word}{meant}")


def _is_known(call: Call, setup: Setup) -> bool:
    if call.path and "." not in call.function and call.name != "TrainingArguments":
        return False  # a name of a file of settings that is no class of the library for certain
    if call.name not in setup.keywords or call.name in setup.text.defined or call.tried:
        return False
    first = call.function.partition(".")[0]
    return call.name not in MODULES or (first in MODULES[call.name] and "." in call.function)


def _is_anothers(call: Call, word: str) -> bool:
    """Whether a name in a file for `HfArgumentParser` may be that of another of its classes."""
    return bool(call.path) and call.name == "TrainingArguments" and word not in FORMER


@unknown_keyword.fires_on
def the_older_name_of_a_strategy() -> Facts:
    made = call("TrainingArguments", line=9, evaluation_strategy="epoch")
    return calling(made, TrainingArguments=("output_dir", "eval_strategy"))


@unknown_keyword.quiet_on
def names_that_are_there() -> Facts:
    return calling(call("TrainingArguments", eval_strategy="epoch"), TrainingArguments=("output_dir", "eval_strategy"))


@unknown_keyword.quiet_on
def a_trainer_of_ones_own() -> Facts:
    known = call("TrainingArguments", output_dir="out")
    return calling(call("Trainer", anything=1), known, Trainer=("max_epochs",), TrainingArguments=("output_dir",))
