"""Checkpoints are read without being loaded: every tensor's numbers, the state of a training, and what is broken."""

import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from bench.checkpoint_faults.faults import FAULTS
from bench.checkpoint_faults.healthy import own_loops
from bench.checkpoint_faults.trained import fresh, network

from traindx.checks import all_checks
from traindx.core.runner import run_checks
from traindx.errors import TraindxError
from traindx.inspect.checkpoint import is_checkpoint, read_checkpoint
from traindx.inspect.checkpoint.numbers import Raw, floats, tensor_of


def failed(path):
    """The checks of checkpoints that fail on a file, with what they say."""
    outcomes = run_checks(all_checks(), {"checkpoint": read_checkpoint(path)}, select=["S2"])
    assert [o.reason for o in outcomes if o.status == "crashed"] == []
    return {o.code: [f"{f.place} {f.message}" for f in o.findings] for o in outcomes if o.status == "failed"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_a_planted_fault_is_named_at_its_place(fault, tmp_path):
    said = " ".join(failed(fault.write(tmp_path)).get(fault.code, []))
    assert any(word in said for word in fault.place.split("|"))


def test_nothing_but_notes_is_said_of_what_own_loops_save(tmp_path):
    for path in own_loops(tmp_path):
        assert set(failed(path)) <= {"S214", "S217", "S218", "S240"}, path.name


def test_the_numbers_are_those_that_torch_reads_in_both_formats(tmp_path):
    content = fresh()
    torch.save(content, tmp_path / "new.pt")
    torch.save(content, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    for name in ("new.pt", "old.pt"):
        held = read_checkpoint(tmp_path / name)
        part = held.of("model")[0]
        assert list(part.by_name) == list(content["model"])
        for tensor in part.tensors:
            values = content["model"][tensor.name]
            assert (tensor.shape, tensor.low) == (tuple(values.shape), values.min().item())
        assert (held.counter, held.steps) == (("epoch", 3), 12)


def test_a_view_is_read_at_its_place_in_a_shared_storage(tmp_path):
    whole = torch.arange(12.0)
    torch.save({"a.weight": whole[2:6].view(2, 2), "b.weight": whole.view(3, 4).t()[1:]}, tmp_path / "a.pt")
    first, second = read_checkpoint(tmp_path / "a.pt").of("model")[0].tensors
    assert (first.low, first.high, second.low, second.high) == (2, 5, 1, 11)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float64"])
def test_values_of_each_floating_type_are_as_torch_has_them(dtype):
    values = torch.tensor([0.0, 1.5, -3.0, 0.0156, 448.0]).to(getattr(torch, dtype))
    raw = np.frombuffer(bytes(values.untyped_storage()), np.uint8)
    bits = raw.view({1: "u1", 2: "<u2", 8: "<u8"}[values.element_size()])
    assert floats(bits, dtype).tolist() == values.double().tolist()
    assert tensor_of("a", Raw(raw, dtype, (5,))).not_finite == 0
    broken = torch.tensor([float("nan"), 1.0]).to(getattr(torch, dtype))
    assert tensor_of("a", Raw(np.frombuffer(bytes(broken.untyped_storage()), np.uint8), dtype, (2,))).not_finite == 1


def test_a_pickled_model_has_the_names_of_its_state_dict(tmp_path):
    model = network()
    model.register_buffer("scratch", torch.ones(2), persistent=False)
    torch.save(model, tmp_path / "whole.pt")
    assert set(read_checkpoint(tmp_path / "whole.pt").of("model")[0].by_name) == set(model.state_dict())


def test_a_checkpoint_that_was_packed_again_is_read(tmp_path):
    torch.save(fresh(), tmp_path / "a.pt")
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as stored,
        zipfile.ZipFile(tmp_path / "b.pt", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for entry in stored.infolist():
            packed.writestr(entry.filename, stored.read(entry))
    assert read_checkpoint(tmp_path / "a.pt").parts == read_checkpoint(tmp_path / "b.pt").parts


def test_of_several_files_the_newest_is_taken_and_a_dataset_is_none(tmp_path):
    for name, epoch in (("epoch1.ckpt", 1), ("epoch2.ckpt", 2)):
        torch.save({"state_dict": network().state_dict(), "epoch": epoch}, tmp_path / name)
    assert read_checkpoint(tmp_path).counter == ("epoch", 2)
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "1.jpg").touch()
    assert not is_checkpoint(tmp_path)


def test_a_file_that_is_none_is_refused_in_one_line(tmp_path):
    (tmp_path / "a.pt").write_text("hello")
    with pytest.raises(TraindxError, match="is no checkpoint"):
        read_checkpoint(tmp_path / "a.pt")
    with pytest.raises(TraindxError, match="no such file"):
        read_checkpoint(tmp_path / "b.pt")


def test_the_command_examines_one_without_torch(tmp_path):
    FAULTS[7].write(tmp_path)
    code = f"import sys; from traindx import examine; r = examine.check({str(tmp_path / 'last.pt')!r})\n"
    code += "print(r.verdict, r.diagnoses[0].cause, 'torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.split() == ["faulty", "poisoned-checkpoint", "False"], said.stderr
