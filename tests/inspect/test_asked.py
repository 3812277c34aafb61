"""What is asked of a trainer that takes settings by name, and where it is written."""

from __future__ import annotations

from pathlib import Path

from traindx.checks.setup.unknown_setting import unknown_setting
from traindx.core.finding import Finding
from traindx.inspect.setup import setup_of

CALL = """from ultralytics import YOLO

model = YOLO("yolov8n.pt")
model.train(
    data="coco8.yaml",
    epoch=5,
    freeze=10,
)
"""


def test_the_words_of_the_command_are_read_as_ultralytics_reads_them(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("lr0: 1e-3\nepochs: 20\n")
    setup = setup_of(["yolo", "detect", "train", "cfg=my.yaml", "epochs=30", "rect"], tmp_path)
    assert (setup.trainer, setup.value("lr0"), setup.value("epochs"), setup.value("rect")) == (
        "ultralytics",
        0.001,
        30,
        True,
    )
    assert str(setup.place("lr0")) == "my.yaml:1, setting lr0"
    assert setup.value("warmup_epochs") == 3.0 and "warmup_epochs" not in setup.asked


def test_a_call_is_read_with_the_line_of_each_argument(tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text(CALL)
    setup = setup_of(["python", "t.py"], tmp_path)
    assert (setup.value("model"), setup.value("freeze"), setup.library.layers) == ("yolov8n.pt", 10, 23)
    (found,) = (item for item in unknown_setting({"setup": setup}) if isinstance(item, Finding))
    assert str(found.place) == "t.py:6, setting epoch" and "epochs" in found.message


def test_a_script_of_ones_own_with_the_same_words_is_no_ultralytics(tmp_path: Path) -> None:
    (tmp_path / "t.py").write_text("class YOLO: ...\n")
    assert setup_of(["python", "t.py", "lr=0.1"], tmp_path).trainer == ""


def test_hyperparameters_of_yolov5_have_their_lines(tmp_path: Path) -> None:
    (tmp_path / "data" / "hyps").mkdir(parents=True)
    (tmp_path / "data" / "hyps" / "h.yaml").write_text("# mine\nlr0: 0.02\nobj: 0.0\n")
    (tmp_path / "train.py").write_text('parser.add_argument("--hyp")\n')
    setup = setup_of(["python", "train.py", "--hyp", "h.yaml", "--img", "320"], tmp_path)
    assert (setup.trainer, setup.value("lr0"), setup.value("imgsz")) == ("yolov5", 0.02, 320)
    assert str(setup.place("obj")) == "data/hyps/h.yaml:3, setting obj"
