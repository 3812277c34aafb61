"""datumaro: imports the set with a policy that goes on after an error, then runs its validator with its defaults."""

from pathlib import Path

from datumaro.components.dataset import Dataset
from datumaro.components.environment import DEFAULT_ENVIRONMENT
from datumaro.components.importer import ImportErrorPolicy
from line_server import Heard, said, serve

NAMES = ("disc", "square", "triangle", "ring", "cross", "bar")
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
FORMATS = {"yolo": "yolo", "coco": "coco", "voc": "voc", "imagefolder": "imagenet_with_subset_dirs"}
CAUSES = (
    ("UndefinedLabel", ("class-id-out-of-range", "class-map-mismatch")),
    ("UndeclaredLabel", ("class-id-out-of-range", "class-map-mismatch")),
    ("LabelDefinedButNotFound", ("missing-class",)),
    ("OnlyOneLabel", ("missing-class",)),
    ("FewSamplesInLabel", ("class-imbalance", "missing-class")),
    ("ImbalancedLabels", ("class-imbalance",)),
    ("NegativeLength", ("degenerate-boxes", "tiny-objects")),
    ("InvalidValue", ("degenerate-boxes", "malformed-labels")),
    ("MissingAnnotation", ("labels-not-found", "too-many-backgrounds", "malformed-labels")),
    ("FarFrom", ("label-noise", "wrong-box-format", "pixel-coordinates", "unexpected-image-mode")),
    ("InvalidAnnotation", ("malformed-labels", "degenerate-boxes")),
    ("InvalidField", ("malformed-labels", "degenerate-boxes")),
    ("MissingField", ("malformed-labels",)),
    ("Undeclared label", ("class-id-out-of-range", "class-map-mismatch")),
    ("parse bbox label", ("malformed-labels", "class-id-out-of-range")),
    ("parse bbox", ("malformed-labels",)),
    ("field", ("malformed-labels", "wrong-file-reference")),
    ("value count", ("malformed-labels", "degenerate-boxes")),
    ("XML", ("malformed-labels",)),
    ("match image size", ("wrong-recorded-size", "malformed-labels")),
    ("imgcodecs", ("corrupt-images",)),
    ("astype", ("corrupt-images",)),
    ("image info", ("missing-images", "corrupt-images")),
    ("RepeatedItem", ("duplicate-entries",)),
    ("not found", ("missing-images", "orphan-labels")),
)


class _GoOn(ImportErrorPolicy):
    """Keeps what went wrong and goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[Exception] = []

    def _handle_item_error(self, error: Exception) -> None:
        self.errors.append(error)

    def _handle_annotation_error(self, error: Exception) -> None:
        self.errors.append(error)


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Errors of the import and reports of the validation."""
    if kind == "voc":  # its page on VOC asks for this file where the classes are not those of the challenge
        lines = "".join(f"{name}:::\n" for name in ("background", *NAMES))
        Path(root, "labelmap.txt").write_text(f"# label:color_rgb:parts:actions\n{lines}")
    files = {p.stem: str(p) for p in Path(root).rglob("*") if p.suffix.lower() in SUFFIXES}
    policy = _GoOn()
    made = Dataset.import_from(root, FORMATS[kind], error_policy=policy)
    items = files | {item.id: getattr(item.media, "path", "") or item.id for item in made}
    heard = [
        _heard(_item_of(error, items), f"{type(error).__name__}: {error} {error.__cause__ or ''}")
        for error in policy.errors
    ]
    task = "classification" if kind == "imagefolder" else "detection"
    validator = DEFAULT_ENVIRONMENT.validators[task]()
    for report in validator.validate(made)["validation_reports"]:
        words = f"{report['anomaly_type']}: {report['description']}"
        heard.append(_heard(items.get(str(report.get("item_id", "")), ""), words))
    return heard, sum(not item.annotations for item in made)


def _item_of(error: Exception, items: dict[str, str]) -> str:
    item = getattr(error, "item_id", None)
    name = item[0] if isinstance(item, tuple) else str(item or "")
    return items.get(name, name)


def _heard(path: str, words: str) -> Heard:
    causes = next((causes for text, causes in CAUSES if text in words), ())
    return said(path, words, causes)


serve("datumaro", ask)
