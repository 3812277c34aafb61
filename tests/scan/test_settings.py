"""Settings files in every style, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scan.drawn import dataset, write
from traindx.errors import TraindxError
from traindx.scan import scan
from traindx.scan.settings import find_settings, trainer_root

LABELS: dict[str, bytes | str | None] = {"train/a": "0 0.5 0.5 0.2 0.2\n", "val/b": "1 0.5 0.5 0.2 0.2\n"}
PATHS = "train: images/train\nval: images/val\n"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("names: [cat, dog]", {0: "cat", 1: "dog"}),
        ("names: {0: cat, 1: dog}", {0: "cat", 1: "dog"}),
        ("names: {'1': dog, '0': cat}", {0: "cat", 1: "dog"}),
        ("nc: 2", {0: "class_0", 1: "class_1"}),
        ("nc: 2.0\nnames:", {0: "class_0", 1: "class_1"}),
        ("names: [yes, no]", {0: "True", 1: "False"}),
    ],
)
def test_names_are_read_in_every_style(tmp_path: Path, written: str, names: dict[int, str]) -> None:
    assert dict(find_settings(dataset(tmp_path, LABELS, settings=f"{PATHS}{written}\n")).names) == names


@pytest.mark.parametrize(
    "paths",
    [
        "path: .\ntrain: images/train\nval: images/val",
        "path: ''\ntrain: ./images/train\nval: images/val/",
        "train: images/train\nval: images/val",
        "train: ../images/train\nval: ../images/val",
        "train: [images/train]\nval: [images/val]",
        "train: train.txt\nval: val.txt",
        "train: images/train\nvalidation: images/val",
        "path: {root}\ntrain: images/train\nval: images/val",
        "train: {root}/images/train\nval: {root}/images/val",
        "train: images/train\nval: images/val\ntest: images/test",
        "train: images/train\nval: images/val\ntest:",
    ],
)
def test_splits_are_found_in_every_style(tmp_path: Path, paths: str) -> None:
    file = dataset(tmp_path, LABELS, settings=f"{paths.format(root=tmp_path)}\nnames: [cat, dog]\n")
    write(tmp_path / "train.txt", "./images/train/a.jpg\n")
    write(tmp_path / "val.txt", "images/val/b.jpg\n\n")
    found = scan(file)
    assert found.images.path.tolist() == ["images/train/a.jpg", "images/val/b.jpg"]
    assert found.images.split.tolist() == ["train", "val"]
    assert found.images.label_state.tolist() == ["labelled", "labelled"]
    assert not any(split.problem for split in found.splits if split.name != "test")


def test_a_relative_path_is_taken_from_the_yaml_first_then_the_working_directory_then_datasets_dir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "path: set\ntrain: images/train\nval: images/val\nnames: [cat, dog]\n"
    rules = []
    for place in ("yaml", "work", "all"):
        dataset(tmp_path / place / "set", LABELS)
    write(tmp_path / "config/Ultralytics/settings.json", json.dumps({"datasets_dir": str(tmp_path / "all")}))
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path / "config"))
    for home, work in (("yaml", "work"), ("empty", "work"), ("empty", "nowhere")):
        file = write(tmp_path / home / "data.yaml", settings)
        (tmp_path / work).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / work)
        found = scan(file)
        assert len(found.images) == 2
        rules.append(found.splits[0].label_rule)
    assert "yaml's folder" in rules[0] and "working directory" in rules[1] and "datasets_dir" in rules[2]


def test_a_folder_that_holds_one_dataset_yaml_is_accepted(tmp_path: Path) -> None:
    dataset(tmp_path, LABELS)
    write(tmp_path / "other.yaml", "lr: 0.1\n")
    assert scan(tmp_path).source == str(tmp_path / "data.yaml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lr: 0.1\n", "no train and no val and no names"),
        (f"{PATHS}", "no names (or nc)"),
        ("names: [a]\n", "no train and no val"),
        ("", "is empty"),
        ("- a\n- b\n", "holds a list"),
        ("a: [1, 2\nb: 3\n", "no valid yaml, line 2"),
        (f"{PATHS}names: cat\n", "`names` is 'cat'"),
        (f"{PATHS}names: []\n", "`names` is []"),
        (f"{PATHS}nc: many\n", "`nc` is 'many'"),
        (f"{PATHS}nc: .inf\n", "`nc` is inf"),
        (f"{PATHS}nc: 1.0e+12\n", "`nc` is 1000000000000.0"),
        (f"{PATHS}names: " + "[" * 5000, "no valid yaml"),
        ("train: 3\nval: images/val\nnames: [a]\n", "`train` is 3"),
        (f"{PATHS}names: !!python/object/apply:os.getcwd []\n", "no valid yaml"),
    ],
)
def test_a_file_that_is_no_dataset_gets_one_line_that_says_why(tmp_path: Path, content: str, said: str) -> None:
    file = write(tmp_path / "data.yaml", content)
    with pytest.raises(TraindxError) as caught:
        scan(file)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match=r"nothing\.yaml: no such file"):
        scan(tmp_path / "nothing.yaml")


def test_a_folder_without_a_dataset_says_what_was_looked_for(tmp_path: Path) -> None:
    write(tmp_path / "args.yaml", "lr: 0.1\n")
    with pytest.raises(TraindxError, match=r"keys train, val and names.* found args\.yaml"):
        scan(tmp_path)


def test_a_folder_with_two_datasets_asks_for_one(tmp_path: Path) -> None:
    dataset(tmp_path, LABELS)
    write(tmp_path / "more.yaml", f"{PATHS}nc: 2\n")
    with pytest.raises(TraindxError, match=r"2 dataset yamls: data\.yaml, more\.yaml"):
        scan(tmp_path)


def test_a_picture_given_as_dataset_is_refused_in_one_line(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jpg", bytes(range(256)))
    with pytest.raises(TraindxError) as caught:
        scan(file)
    assert "\n" not in str(caught.value)


def test_a_settings_file_that_is_far_too_large_is_refused_at_once(tmp_path: Path) -> None:
    file = write(tmp_path / "data.yaml", f"{PATHS}names:\n" + "".join(f"- class{i}\n" for i in range(150_000)))
    with pytest.raises(TraindxError, match="bytes"):
        scan(file)


def test_names_that_expand_without_end_are_refused_in_one_short_line(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    file = write(tmp_path / "data.yaml", "\n".join(lines) + f"\n{PATHS}names: *a9\n")
    with pytest.raises(TraindxError) as caught:
        scan(file)
    assert len(str(caught.value)) < 1000


def test_a_relative_path_that_leads_the_trainer_elsewhere_is_seen_from_where_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path / "none"))
    (tmp_path / "set" / "images" / "train").mkdir(parents=True)
    yaml_file = tmp_path / "set" / "data.yaml"
    yaml_file.write_text("path: .\ntrain: images/train\nval: images/train\nnames: [a]\n")
    assert trainer_root(find_settings(yaml_file, tmp_path)) == tmp_path
    assert trainer_root(find_settings(yaml_file, tmp_path / "set")) is None
    assert trainer_root(find_settings(yaml_file, tmp_path / "of another machine")) is None
    monkeypatch.chdir(tmp_path)
    assert trainer_root(find_settings(yaml_file)) == tmp_path
