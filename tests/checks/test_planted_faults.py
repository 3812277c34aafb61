"""One set with every fault planted once among clean files: each is found at its file and line, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scan.drawn import HEIGHT, WIDTH, dataset, jpeg, png, tree_hash, write
from traindx.checks import all_checks
from traindx.core.report import Outcome
from traindx.core.runner import run_checks
from traindx.scan import ScanOptions, scan

CLASSES = 10
GOOD = "3 0.5 0.5 0.25 0.25\n"

# name: (label file, code, line of the finding or None where it has none)
LABEL_FAULTS: dict[str, tuple[bytes | str, str, int | None]] = {
    "f01-class-99": (GOOD + "99 0.3 0.3 0.1 0.1\n", "D204", 2),
    "f02-class-negative": ("-1 0.3 0.3 0.1 0.1\n", "D204", 1),
    "f03-class-fraction": (GOOD + "1.5 0.3 0.3 0.1 0.1\n", "D204", 2),
    "f04-class-word": ("cat 0.3 0.3 0.1 0.1\n", "D203", 1),
    "f05-x-above-one": (GOOD + "2 1.3 0.3 0.1 0.1\n", "D213", 2),
    "f06-pixels": (GOOD + "2 80 60 20 30\n", "D206", 2),
    "f07-nan": ("2 nan 0.3 0.1 0.1\n", "D208", 1),
    "f08-inf": ("2 0.3 inf 0.1 0.1\n", "D208", 1),
    "f09-negative-width": ("2 0.3 0.3 -0.1 0.1\n", "D208", 1),
    "f10-zero-width": (GOOD + GOOD.replace("3 ", "4 ", 1).replace("0.25", "0", 1), "D208", 2),
    "f11-sub-pixel": (f"2 0.5 0.5 {0.3 / WIDTH:.6f} {0.2 / HEIGHT:.6f}\n", "D215", 1),
    "f12-spills": ("2 0.95 0.5 0.3 0.2\n", "D207", 1),
    "f13-corners": ("2 0.1 0.1 0.4 0.3\n2 0.6 0.5 0.9 0.9\n1 0.2 0.7 0.3 0.95\n", "D210", 1),
    "f14-decimal-comma": ("2 0,5 0,5 0,1 0,1\n", "D203", 1),
    "f16-commas": ("2,0.5,0.5,0.1,0.1\n", "D203", 1),
    "f18-utf-16": (GOOD.encode("utf-16"), "D203", 1),
    "f20-nul-tail": (GOOD.encode() + b"\x00" * 12, "D203", 2),
    "f21-four-fields": (GOOD + "\n2 0.5 0.5 0.1\n", "D203", 3),
    "f22-six-fields": ("2 0.5 0.5 0.1 0.1 0.93\n", "D203", 1),
    "f23-polygon-among-boxes": (GOOD + "2 0.1 0.1 0.4 0.1 0.4 0.5\n", "D203", 2),
    "f24-polygons": ("2 0.1 0.1 0.4 0.1 0.4 0.5 0.2 0.7 0.1 0.6\n", "D214", 1),
    "f25-rotated-boxes": ("2 0.2 0.3 0.4 0.3 0.4 0.5 0.2 0.5\n", "D214", 1),
    "f26-keypoints": ("2 0.5 0.5 0.2 0.2 0.45 0.5 2 0.55 0.5 1 0 0 0\n", "D214", 1),
    "f27-same-row": (GOOD + "2 0.3 0.3 0.1 0.1\n" + GOOD, "D209", 3),
    "f28-nearly-the-same": ("3 0.5 0.5 0.25 0.25\n3 0.501 0.5 0.25 0.25\n", "D217", 2),
    "f29-two-classes": (GOOD + GOOD.replace("3 ", "5 ", 1), "D218", 2),
    "f30-whole-picture": ("3 0.5 0.5 1 1\n", "D220", 1),
    "f33-empty": ("", "D222", None),
    "f37-blank": (" \n\n", "D222", None),
    "f39-crowd": ("".join(f"{n % 10} {n / 1100 + 0.05:.4f} 0.5 0.02 0.03\n" for n in range(1000)), "D219", 1),
    "f36-one-of-ten": ("".join(f"1 0.5 0.{n} 0.1 0.1\n" for n in range(1, 10)) + "1 0.5 bad 0.1 0.1\n", "D203", 10),
    "f38-comment": ("2 0.5 0.5 0.1 0.1 # a cat\n", "D203", 1),
    "f41-cp1252": (GOOD.encode() + b"2 0.5 0.5 0.1 0.1 \xe9\n", "D203", 2),
}

HARMLESS: dict[str, bytes | str] = {
    "f15-tabs": "3\t0.5\t0.5\t0.25\t0.25\n",
    "f17-bom": b"\xef\xbb\xbf" + GOOD.encode(),
    "f19-crlf": (GOOD * 1 + "2 0.3 0.3 0.1 0.1\n").replace("\n", "\r\n"),
    "f40-just-outside": "3 -0.005 0.5 0.008 0.1\n",
    "f42-scientific": "3 5e-1 5.0E-01 1e-01 2e-1\n",
    "f43-float-class": "3.0 0.5 0.5 0.25 0.25\n",
    "f44-blank-lines": "\n\n3 0.5 0.5 0.25 0.25   \n\n2 0.3 0.3 0.1 0.1",
    "f45-rounded-edge": f"3 {1 - 0.0625:.6f} 0.5 0.125002 0.25\n",
    "a.rf.0f1e2d": GOOD,
    "with blank in name": GOOD,
}


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _hole(data: bytes) -> bytes:
    half = len(data) // 2
    return data[:half] + bytes(600) + data[half + 600 :]


PICTURE_FAULTS: dict[str, tuple[bytes, str]] = {
    "i01-cut": (_cut(jpeg(507)), "no end marker"),
    "i02-hole": (_hole(jpeg(507)), "zero bytes from byte"),
    "i03-cut-with-end": (_cut(jpeg(507)) + b"\xff\xd9", "damaged inside the scan"),
    "i04-empty": (b"", "0 bytes"),
    "i05-web-page": (b"<!DOCTYPE html><html>not found</html>", "web page"),
    "i06-lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("planted")
    clean = {
        f"{split}/clean{n}": f"{n % CLASSES} 0.4 0.4 0.2 0.3\n{(n + 1) % CLASSES} 0.{n % 9 + 1} 0.6 0.1 0.1\n"
        for split, count in (("train", 40), ("val", 20))
        for n in range(count)
    }
    faults = {f"train/{name}": label for name, (label, _, _) in LABEL_FAULTS.items()}
    harmless = {f"train/{name}": label for name, label in HARMLESS.items()}
    names = ", ".join(f"c{n}" for n in range(CLASSES))
    settings = f"train: images/train\nval: images/val\nnames: [{names}]\ndownload: import os; os.remove('x')\n"
    dataset(root, {**clean, **faults, **harmless, "train/f31-no-label": None}, settings=settings)
    train, labels = root / "images" / "train", root / "labels" / "train"
    for name, (content, _) in PICTURE_FAULTS.items():
        write(train / f"{name}.jpg", content)
        write(labels / f"{name}.txt", GOOD)
    write(labels / "f32-no-picture.txt", GOOD)
    write(labels / "classes.txt", "c0\nc1\n")
    write(train / "f34-case.jpg", jpeg(508))
    write(labels / "F34-Case.txt", GOOD)
    write(train / "f35-UPPER.JPG", jpeg(509))
    write(labels / "f35-UPPER.txt", GOOD)
    write(train / "i06-png.jpg", png())
    write(labels / "i06-png.txt", GOOD)
    write(train / "i07-tiny.jpg", jpeg(3, (8, 8)))
    write(labels / "i07-tiny.txt", "3 0.5 0.5 0.5 0.5\n")
    write(train / "i27-trailing.jpg", jpeg(504) + b"trailing bytes")
    write(labels / "i27-trailing.txt", GOOD)
    (train / "i24-link.jpg").symlink_to(root / "nowhere.jpg")
    write(labels / "i24-link.txt", GOOD)
    write(train / "._hidden.jpg", b"resource fork")
    return root


@pytest.fixture(scope="module")
def outcomes(planted: Path) -> dict[str, Outcome]:
    checks = [c for c in all_checks() if c.code.startswith("D")]
    return {o.code: o for o in run_checks(checks, {"dataset": scan(planted / "data.yaml")})}


def _places(outcomes: dict[str, Outcome], name: str) -> list[tuple[str, int | None]]:
    """Code and line of every finding about the picture or the label file of this name."""
    return [
        (outcome.code, finding.place.line)
        for outcome in outcomes.values()
        for finding in outcome.findings
        if any(Path(p).stem == name for p in (finding.place.path, finding.place.image) if p)
    ]


@pytest.mark.parametrize("name", LABEL_FAULTS)
def test_a_planted_label_fault_is_found_at_its_line(name: str, outcomes: dict[str, Outcome]) -> None:
    _, code, line = LABEL_FAULTS[name]
    assert (code, line) in _places(outcomes, name)


@pytest.mark.parametrize("name", [n for n in LABEL_FAULTS if n != "f13-corners"])
def test_a_planted_label_fault_has_one_finding_alone(name: str, outcomes: dict[str, Outcome]) -> None:
    assert len(_places(outcomes, name)) == 1


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_variant_is_not_reported(name: str, outcomes: dict[str, Outcome]) -> None:
    assert _places(outcomes, name) == []


@pytest.mark.parametrize("name", PICTURE_FAULTS)
def test_a_damaged_picture_is_named_with_what_is_wrong(name: str, outcomes: dict[str, Outcome]) -> None:
    (finding,) = [f for f in outcomes["D101"].findings if f.place.image == f"images/train/{name}.jpg"]
    assert PICTURE_FAULTS[name][1] in finding.message


def test_other_places_are_named(outcomes: dict[str, Outcome]) -> None:
    assert _places(outcomes, "f31-no-label") == [("D212", None)]
    assert [f.place.path for f in outcomes["D202"].findings] == ["labels/train/f32-no-picture.txt"]
    (finding,) = outcomes["D201"].findings
    assert finding.place.image == "images/train/f34-case.jpg" and "F34-Case.txt" in finding.message
    assert _places(outcomes, "i24-link") == [("D102", None)]
    assert _places(outcomes, "i07-tiny") == [("D103", None)]
    assert ("D111", None) in _places(outcomes, "i06-png")
    assert _places(outcomes, "i27-trailing") == [("D110", None)]


@pytest.mark.parametrize("name", ["f35-UPPER", "._hidden", "classes"])
def test_a_harmless_picture_is_not_reported(name: str, outcomes: dict[str, Outcome]) -> None:
    assert _places(outcomes, name) == []


def test_no_clean_file_is_reported_and_no_check_crashes(outcomes: dict[str, Outcome]) -> None:
    assert not [p for n in range(40) for p in _places(outcomes, f"clean{n}")]
    assert [o.reason for o in outcomes.values() if o.status == "crashed"] == []


def test_neither_scan_nor_checks_change_the_dataset(planted: Path) -> None:
    before = tree_hash(planted)
    run_checks(all_checks(), {"dataset": scan(planted / "data.yaml", ScanOptions(workers=2))})
    assert tree_hash(planted) == before
