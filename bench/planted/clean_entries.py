"""COCO and VOC sets with nothing wrong: what their standards and their users allow, and few fault lists know."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.planted.layouts import coco, row, splits_of, voc, voc_object, voc_xml, write
from bench.planted.scene import NAMES, Shot, Thing
from bench.planted.truth import Clean, Format, Source
from PIL import Image

Document = dict[str, Any]


def _changed(change: Callable[[Document], None], name: str = "instances_{}.json") -> Callable[[Path, Source], None]:
    """The ordinary COCO set with every document changed."""

    def draw(root: Path, source: Source) -> None:
        made = coco(root, splits_of(source))
        for split, document in made.documents.items():
            change(document)
            write(root / "annotations" / name.format(split), json.dumps(document))

    return draw


def _holes(document: Document) -> None:
    """Several polygons, polygons with a hole written as their outline and back, area of the mask and not of the box."""
    for n, a in enumerate(document["annotations"]):
        x, y, w, h = a["bbox"]
        if n % 3 == 0:
            a["segmentation"] = [
                [x, y, x + w / 3, y, x + w / 3, y + h, x, y + h],
                [x + w / 2, y, x + w, y, x + w, y + h, x + w / 2, y + h],
            ]
            a["area"] = w * h * (1 / 3 + 1 / 2)
        elif n % 3 == 1:
            inner = [
                x + w / 4,
                y + h / 4,
                x + w / 4,
                y + 3 * h / 4,
                x + 3 * w / 4,
                y + 3 * h / 4,
                x + 3 * w / 4,
                y + h / 4,
            ]
            a["segmentation"] = [[x, y, x + w, y, x + w, y + h, x, y + h, x, y, *inner, *inner[:2], x, y]]
            a["area"] = 0.75 * w * h


def _empty_categories(document: Document) -> None:
    """Ninety categories with gaps, six of which are used; no supercategory."""
    used = {17: "disc", 18: "square", 44: "triangle", 62: "ring", 77: "cross", 90: "bar"}
    ids = list(used)
    document["categories"] = [
        {"id": i, "name": used.get(i, f"other {i}")} for i in range(1, 91) if i not in (12, 26, 29)
    ]
    for a in document["annotations"]:
        a["category_id"] = ids[a["category_id"] - 1]


def _tracks(document: Document) -> None:
    """Keys that other tools add: tracks, scores of annotators, frame numbers, captions, empty segmentation, dates."""
    for n, image in enumerate(document["images"]):
        image |= {"video_id": n // 8, "frame_id": n % 8, "license": 0, "flickr_url": "", "date_captured": 0}
    for n, a in enumerate(document["annotations"]):
        a |= {"track_id": n, "instance_id": n, "occluded": 0, "ignore": 0, "segmentation": [], "attributes": {}}


def _amodal(document: Document) -> None:
    """Amodal boxes: they go on outside the picture where the object does."""
    for n, a in enumerate(document["annotations"]):
        _, y, w, h = a["bbox"]
        if n % 6 == 0:
            a |= {"bbox": [-0.3 * w, y, w, h], "segmentation": [], "area": w * h, "occlude_rate": 0.3}


def _same_name(document: Document) -> None:
    """Two categories have one name and different super-categories: the bat that flies, and the other one."""
    document["categories"][0] |= {"name": "bat", "supercategory": "animal"}
    document["categories"][1] |= {"name": "bat", "supercategory": "sports"}


def _restarted(document: Document) -> None:
    """The ids of images and annotations count from 0 in every file."""
    new = {image["id"]: n for n, image in enumerate(document["images"])}
    for image in document["images"]:
        image["id"] = new[image["id"]]
    for n, a in enumerate(document["annotations"]):
        a |= {"id": n, "image_id": new[a["image_id"]]}


def _text_ids(document: Document) -> None:
    """Coordinates with many decimals, areas as integers, iscrowd as a truth value."""
    for a in document["annotations"]:
        a["bbox"] = [v + 1 / 3 for v in a["bbox"][:2]] + [v - 2 / 3 for v in a["bbox"][2:]]
        del a["segmentation"]
        a |= {"area": int(a["area"]), "iscrowd": False}


def _beside(root: Path, source: Source) -> None:
    """As COCO is published: captions, keypoints and a test list without annotations beside the instances."""
    made = coco(root, splits_of(source))
    made.save()
    document = made.documents["val"]
    captions = [{"id": n, "image_id": i["id"], "caption": "shapes"} for n, i in enumerate(document["images"])]
    write(root / "annotations/captions_val.json", json.dumps({"images": document["images"], "annotations": captions}))
    tests = source.shots(6, part=4)
    images = [{"id": n, "file_name": f"{s.stem}.jpg", "width": 320, "height": 240} for n, s in enumerate(tests)]
    for shot in tests:
        write(root / f"images/test/{shot.stem}.jpg", shot.jpeg())
    listed = {"images": images, "categories": document["categories"]}
    write(root / "annotations/image_info_test.json", json.dumps(listed))


def _yolo_beside(root: Path, source: Source) -> None:
    """The same labels as YOLO rows beside the pictures, without a data.yaml."""
    made = coco(root, splits_of(source))
    made.save()
    for split, own in made.splits.items():
        for shot in own:
            text = "".join(f"{row(t, shot.picture.size)}\n" for t in shot.things)
            write(root / f"labels/{split}/{shot.stem}.txt", text)


def _turned(root: Path, source: Source) -> None:
    """EXIF turns half of the pictures; width, height and boxes are those of the turned picture."""
    made = coco(root, splits_of(source))
    made.save()
    exif = Image.Exif()
    exif[0x0112] = 6
    for split, own in made.splits.items():
        for shot in own[::2]:
            stored = shot.picture.transpose(Image.Transpose.ROTATE_90)
            write(root / f"images/{split}/{shot.stem}.jpg", Shot("", stored, ()).jpeg(exif=exif))


def _xml(change: Callable[[str, Shot, int], str]) -> Callable[[Path, Source], None]:
    """The ordinary VOC set with every xml changed."""

    def draw(root: Path, source: Source) -> None:
        for own in voc(root, splits_of(source)).values():
            for n, shot in enumerate(own):
                write(root / f"Annotations/{shot.stem}.xml", change(voc_xml(shot), shot, n).encode())

    return draw


def _parts(text: str, shot: Shot, n: int) -> str:
    """Parts of a person (head, hand) within the object, a point of action, truncated and difficult objects, a source."""
    part = "<part><name>head</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>25</xmax><ymax>30</ymax></bndbox></part>"
    text = text.replace("</bndbox></object>", f"</bndbox>{part}<point><x>9</x><y>9</y></point></object>", 1)
    text = text.replace("<truncated>0", "<truncated>1").replace(
        "<difficult>0", "<difficult>1" if n % 3 == 0 else "<difficult>0"
    )
    return text.replace("  <segmented>0", "  <source><database>shapes</database></source><owner/>\n  <segmented>1")


def _other_tools(text: str, shot: Shot, n: int) -> str:
    """No suffix or another one in filename, Windows line ends, tracks, an encoding, polygons beside the box."""
    name = shot.stem if n % 2 else f"{shot.stem}.png"
    text = text.replace(f"<filename>{shot.stem}.jpg", f"<filename>{name}").replace("JPEGImages", "C:\\upload")
    text = text.replace("<difficult>0</difficult>", f"<difficult>0</difficult><occluded>0</occluded><track>{n}</track>")
    return '<?xml version="1.0" encoding="utf-8"?>\r\n' + text.replace("\n", "\r\n")


def _original_names(text: str, shot: Shot, n: int) -> str:
    """filename is the name before the pictures were renamed; path is somebody's desktop."""
    return text.replace(f"<filename>{shot.stem}.jpg", f"<filename>DSC_{4000 + 7 * n}.JPG")


def _voc_years(root: Path, source: Source) -> None:
    """VOCdevkit with lists of each class (-1, 0, 1), trainval and masks beside."""
    home = root / "VOCdevkit/VOC2007"
    splits = voc(home, splits_of(source))
    stems = {split: [shot.stem for shot in own] for split, own in splits.items()}
    write(home / "ImageSets/Main/trainval.txt", "".join(f"{s}\n" for own in stems.values() for s in own))
    for kind, name in enumerate(NAMES):
        for split, own in splits.items():
            lines = [f"{shot.stem} {1 if any(t.kind == kind for t in shot.things) else -1:2d}\n" for shot in own]
            write(home / f"ImageSets/Main/{name}_{split}.txt", "".join(lines))
    write(home / "ImageSets/Segmentation/train.txt", "".join(f"{s}\n" for s in stems["train"][:5]))
    for stem in stems["train"][:5]:
        Image.new("P", (320, 240)).save(_made(home / f"SegmentationClass/{stem}.png"))


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _voc_flat(root: Path, source: Source) -> None:
    """xml beside the pictures in train, valid and test, as some tools export."""
    for split, shots in splits_of(source).items():
        for n, shot in enumerate(shots):
            folder = {"train": "train", "val": "valid" if n % 2 else "test"}[split]
            write(root / f"{folder}/{shot.stem}.jpg", shot.jpeg())
            write(root / f"{folder}/{shot.stem}.xml", voc_xml(shot).replace("JPEGImages", ""))


def _voc_folders(root: Path, source: Source) -> None:
    """No lists of splits: images and annotations alone, objects from 0 to the whole width."""
    for shot in source.shots(40):
        write(root / f"images/{shot.stem}.jpg", shot.jpeg())
        whole = voc_object("scene", Thing(0, -1, -1, 320, 240))
        write(
            root / f"annotations/{shot.stem}.xml", voc_xml(shot).replace("</annotation>", f"  {whole}\n</annotation>")
        )


SETS: dict[str, tuple[Format, Callable[[Path, Source], None]]] = {
    "coco-holes": ("coco", _changed(_holes)),
    "coco-empty-categories": ("coco", _changed(_empty_categories)),
    "coco-tracks": ("coco", _changed(_tracks)),
    "coco-amodal": ("coco", _changed(_amodal)),
    "coco-same-name": ("coco", _changed(_same_name)),
    "coco-restarted-ids": ("coco", _changed(_restarted)),
    "coco-decimals": ("coco", _changed(_text_ids)),
    "coco-other-file-names": ("coco", _changed(lambda d: None, "{}.json")),
    "coco-published": ("coco", _beside),
    "coco-yolo-beside": ("coco", _yolo_beside),
    "coco-turned": ("coco", _turned),
    "voc-parts": ("voc", _xml(_parts)),
    "voc-other-tools": ("voc", _xml(_other_tools)),
    "voc-original-names": ("voc", _xml(_original_names)),
    "voc-devkit": ("voc", _voc_years),
    "voc-beside": ("voc", _voc_flat),
    "voc-two-folders": ("voc", _voc_folders),
}

DATA = {"voc-devkit": "VOCdevkit/VOC2007"}
CLEAN = tuple(Clean(f"clean-entry-{name}", kind, draw, DATA.get(name, "")) for name, (kind, draw) in SETS.items())
