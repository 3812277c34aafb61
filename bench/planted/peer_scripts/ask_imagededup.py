"""imagededup: perceptual hashes within a distance of 10, its default, over the set's pictures."""

from pathlib import Path

from imagededup.methods import PHash
from line_server import Heard, said, serve

SPLITS = ("train", "val", "test")


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Pairs of near duplicates, as leakage where the splits differ; pictures that could not be hashed."""
    method = PHash(verbose=False)
    codes = method.encode_images(image_dir=root, recursive=True, num_enc_workers=0)
    pairs = method.find_duplicates(encoding_map=codes, max_distance_threshold=10, num_dist_workers=0)
    heard = []
    for name, others in pairs.items():
        for other in others:
            leaks = _split(name) != _split(other)
            causes = ("train-val-leakage",) if leaks else ("duplicate-entries", "label-noise")
            heard.append(said(f"{root}/{name}", f"near duplicate of {other}", causes))
    suffixes = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"}
    files = {str(p.relative_to(root)) for p in Path(root).rglob("*") if p.suffix.lower() in suffixes}
    heard += [said(f"{root}/{name}", "could not be read", ("corrupt-images",)) for name in sorted(files - set(codes))]
    return heard, 0


def _split(path: str) -> str:
    return next((part for part in Path(path).parts if part in SPLITS), "")


serve("imagededup", ask)
