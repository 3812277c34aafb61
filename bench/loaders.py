"""What Pillow, OpenCV and torchvision make of pictures that are not plain RGB of 8 bits: what D104 to D106 and D113 rest on.

    python bench/loaders.py

Drawn are pictures of one kind each; named are the shape and the values that each loader gives (needs opencv-python and
torchvision).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.io import ImageReadMode, decode_image

RED, GREEN = (200, 30, 30), (30, 200, 30)


def draw(home: Path) -> dict[str, Path]:
    """The pictures by what is odd of them: 40 x 20, the left half red, the right half green where there is colour."""
    plain = Image.new("RGB", (40, 20), RED)
    plain.paste(GREEN, (20, 0, 40, 20))
    clear = plain.copy()
    clear.putalpha(Image.linear_gradient("L").resize((40, 20)).point(lambda v: 0 if v < 128 else 255))
    turned = Image.Exif()
    turned[0x0112] = 6
    grey = np.linspace(0, 4095, 800).reshape(20, 40)
    made: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
        "RGB": (plain, "png", {}),
        "grey": (plain.convert("L"), "png", {}),
        "palette of 256 colours": (plain.convert("P", dither=Image.Dither.NONE), "png", {}),
        "transparent half": (clear, "png", {}),
        "CMYK": (plain.convert("CMYK"), "jpg", {"quality": 95}),
        "grey of 16 bits, 0..4095": (Image.fromarray(grey.astype(np.uint16)), "png", {}),
        "grey of 32-bit floats, 0..4095": (Image.fromarray(grey.astype(np.float32)), "tif", {}),
        "EXIF orientation 6": (plain, "jpg", {"quality": 95, "exif": turned}),
        "animation of two": (plain, "gif", {"save_all": True, "append_images": [plain.rotate(180)]}),
    }
    files = {}
    for n, (name, (picture, suffix, options)) in enumerate(made.items()):
        files[name] = home / f"{n}.{suffix}"
        picture.save(files[name], **options)
    return files


def by_pillow(file: Path) -> Any:
    """As torchvision's folder loader opens a picture."""
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


LOADERS: dict[str, Callable[[Path], Any]] = {
    "Pillow, `convert('RGB')`": by_pillow,
    "OpenCV, `imread`, as RGB": lambda file: cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB),
    "torchvision, `decode_image`": lambda file: np.moveaxis(decode_image(str(file)).numpy(), -3, -1),
    "`decode_image`, RGB": lambda file: np.moveaxis(decode_image(str(file), mode=ImageReadMode.RGB).numpy(), -3, -1),
}


def said(load: Callable[[Path], Any], file: Path) -> str:
    """Shape, first and last pixel, and the mean, or the error."""
    try:
        pixels = load(file)
    except Exception as error:
        return type(error).__name__
    first, last = (pixels.reshape(-1, pixels.shape[-1])[n].tolist() for n in (0, -1))
    return f"{' x '.join(map(str, pixels.shape))}: {first} to {last}, mean {pixels.mean():.0f}"


def main() -> None:
    """Print the table."""
    print(f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}, torchvision {torchvision.__version__}.\n")
    print(f"| picture | {' | '.join(LOADERS)} |\n|{'---|' * (len(LOADERS) + 1)}")
    with tempfile.TemporaryDirectory() as home:
        for name, file in draw(Path(home)).items():
            print(f"| {name} | {' | '.join(said(load, file) for load in LOADERS.values())} |")


if __name__ == "__main__":
    main()
