"""The machine, measured without importing PyTorch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from traindx.core.known_bad import has_kernels, lacking
from traindx.core.machine import Build, Device, Machine, version_of
from traindx.inspect.machine import build_of, cudnn_on, machine_of


def test_this_machine_is_measured_and_kept_whole(tmp_path: Path) -> None:
    machine = machine_of([sys.executable], tmp_path)
    assert 0 < machine.processors <= machine.all_processors
    assert machine.memory and machine.available and machine.available <= machine.memory and machine.disk
    assert machine.versions["torch"] == machine.build.version
    assert Machine.from_json(json.loads(json.dumps(machine.to_json()))) == machine


def test_torch_is_not_imported_for_it() -> None:
    code = "from traindx.inspect.machine import machine_of; import sys; machine_of(['python'], '.'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_build_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    text = "__version__ = '2.5.1+cu124'\ndebug = False\ncuda: Optional[str] = '12.4'\nhip: Optional[str] = None\n"
    (tmp_path / "torch" / "version.py").write_text(text)
    assert build_of([tmp_path]) == Build("2.5.1+cu124", "12.4")
    assert build_of([tmp_path / "nowhere"]) == Build()


def test_a_cudnn_on_the_library_path_is_told_by_the_file_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "libcudnn.so.9.0.0").touch()
    (tmp_path / "libcudnn.so.9").symlink_to("libcudnn.so.9.0.0")
    found = list(cudnn_on(f"/nowhere:{tmp_path}:"))
    assert found == [(str(tmp_path / "libcudnn.so.9"), "9.0.0")]


def test_kernels_are_told_by_the_list_and_without_it_by_the_table() -> None:
    blackwell, ampere = Device("RTX 5090", (12, 0)), Device("RTX 3090", (8, 6))
    assert lacking(blackwell, Build("2.6.0+cu124", "12.4")) is not None
    assert lacking(blackwell, Build("2.7.0+cu128", "12.8")) is None
    assert lacking(ampere, Build("2.6.0+cu118", "11.8")) is None
    assert has_kernels(ampere, Build("2.6.0", "12.4", kernels=((8, 0), (9, 0)))) is True
    assert has_kernels(blackwell, Build("2.6.0", "12.4", kernels=((8, 0), (9, 0)))) is False
    assert has_kernels(blackwell, Build("2.6.0", "12.4")) is None


def test_versions_are_compared_by_their_numbers() -> None:
    assert version_of("2.10.0+cu126") > version_of("2.9.1") and version_of("2.5.0a0+git1") == (2, 5, 0)
    assert version_of("550.54.14")[0] == 550 and version_of("") == ()
