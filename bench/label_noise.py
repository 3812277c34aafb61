"""How well disputed labels are ranked: planted faults in boxes, human errors in classes; beside cleanlab and chance.

    python bench/out_of_fold_detector.py BCCD WORK/bccd --folds 2 --epochs 40 --imgsz 224
    for c in aggregate human1 worst; do
        python bench/out_of_fold_classifier.py CIFAR/images CIFAR/labels.csv $c WORK/cifar-$c.npz --epochs 14; done
    python bench/label_noise.py boxes BCCD/data.yaml WORK/bccd --cleanlab PYTHON_WITH_CLEANLAB
    python bench/label_noise.py classes CIFAR WORK --cleanlab PYTHON_WITH_CLEANLAB

Each writes its table to bench/results/label-noise-{boxes,classes}.md. Average precision is the area under precision over
recall of the ranking; chance is the share of wrong labels.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from PIL import Image

from traindx.core.box_doubts import box_doubts
from traindx.core.crops import crops_of, features_of
from traindx.core.dataset import Boxes, Dataset
from traindx.core.label_ranking import rank_labels
from traindx.core.look_alikes import looks_to_be
from traindx.core.matching import corners_of, overlapping
from traindx.core.predictions import Predictions
from traindx.scan import ScanOptions, scan
from traindx.scan.predictions import read_predictions

HOME = Path(__file__).parent
SHARE = 0.05
SEEDS = 3


def average_precision(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under precision over recall of a ranking by descending `score`; the share of positives is what chance gives."""
    if not positive.any():
        return float("nan")
    hits = positive[np.argsort(-score, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def taken(boxes: Boxes, index: np.ndarray) -> Boxes:
    """The boxes at `index`."""
    return Boxes(**{f.name: getattr(boxes, f.name)[index].copy() for f in fields(Boxes)})


def planted(dataset: Dataset, kind: str, seed: int) -> tuple[Dataset, np.ndarray]:
    """The set with faults of one kind in 5 % of its boxes; which boxes are wrong (of `missing`: those taken away)."""
    rng = np.random.default_rng(seed)
    boxes = dataset.boxes
    sound = np.flatnonzero((boxes.w > 0) & (boxes.h > 0))
    chosen = rng.choice(sound, round(SHARE * len(boxes)), replace=False)
    if kind == "missing":
        keep = np.setdiff1d(np.arange(len(boxes)), chosen)
        return replace(dataset, boxes=taken(boxes, keep)), chosen
    if kind == "spurious":
        added = taken(boxes, chosen)
        images = rng.integers(len(dataset.images), size=len(chosen))
        added.image[:] = images
        added.x[:] = added.w / 2 + rng.random(len(chosen)) * (1 - added.w)
        added.y[:] = added.h / 2 + rng.random(len(chosen)) * (1 - added.h)
        near = overlapping(images, corners_of(added), boxes.image, corners_of(boxes), 0.3)
        added = taken(added, np.setdiff1d(np.arange(len(chosen)), near.a))
        joined = {f.name: np.concatenate([getattr(boxes, f.name), getattr(added, f.name)]) for f in fields(Boxes)}
        return replace(dataset, boxes=Boxes(**joined)), np.arange(len(boxes), len(boxes) + len(added))
    changed = taken(boxes, np.arange(len(boxes)))
    if kind == "swapped":
        n = dataset.num_classes
        changed.class_id[chosen] = (changed.class_id[chosen] + rng.integers(1, n, len(chosen))) % n
    if kind == "shifted":
        angle, far = rng.random(len(chosen)) * 2 * np.pi, rng.uniform(0.3, 0.6, len(chosen))
        changed.x[chosen] += np.cos(angle) * far * changed.w[chosen]
        changed.y[chosen] += np.sin(angle) * far * changed.h[chosen]
    return replace(dataset, boxes=changed), chosen


def missing_precision(score: np.ndarray, predictions: Predictions, removed: Boxes) -> float:
    """Average precision over predictions; each removed box is found once, by an IoU of 0.5."""
    order = np.argsort(-score, kind="stable")
    order = order[score[order] > 0]
    pairs = overlapping(predictions.image[order], predictions.corners()[order], removed.image, corners_of(removed), 0.5)
    first = np.unique(pairs.b[np.lexsort((pairs.a, pairs.b))], return_index=True)[1]
    hits = np.zeros(len(order), bool)
    hits[pairs.a[np.lexsort((pairs.a, pairs.b))][first]] = True
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].sum() / len(removed))


def cleanlab_boxes(python: str, dataset: Dataset, predictions: Predictions, work: Path) -> dict[str, np.ndarray]:
    """1 - ObjectLab's scores in the order of the dataset's boxes and of the predictions (nan counts as no doubt)."""
    size = np.array([640, 480, 640, 480])
    label_corners, corners = corners_of(dataset.boxes) * size, predictions.corners() * size
    of_label = [np.flatnonzero(dataset.boxes.image == i) for i in range(len(dataset.images))]
    of_prediction = [np.flatnonzero(predictions.image == i) for i in range(len(dataset.images))]
    of_prediction = [own[np.argsort(predictions.class_id[own], kind="stable")] for own in of_prediction]
    pictures = [
        {
            "boxes": label_corners[a].tolist(),
            "classes": dataset.boxes.class_id[a].tolist(),
            "predictions": np.column_stack([corners[b], predictions.score[b], predictions.class_id[b]]).tolist(),
        }
        for a, b in zip(of_label, of_prediction, strict=True)
    ]
    source, target = work / "cleanlab-in.json", work / "cleanlab-out.json"
    source.write_text(json.dumps({"classes": dataset.num_classes, "pictures": pictures}))
    subprocess.run([python, str(HOME / "scripts/cleanlab_ranks.py"), "boxes", str(source), str(target)], check=True)
    found = json.loads(target.read_text())
    made = {"seconds": np.array([found.pop("seconds")])}
    for name, parts in found.items():
        index = of_prediction if name.startswith("overlooked") else of_label
        doubt = np.zeros(len(predictions) if name.startswith("overlooked") else len(dataset.boxes))
        for own, values in zip(index, parts, strict=True):
            doubt[own] = np.nan_to_num(1 - np.array(values, dtype=float), nan=0.0)
        made[name] = doubt
    return made


COLUMNS = {"missing": "overlooked", "spurious": "spurious", "swapped": "swapped", "shifted": "misplaced"}
THEIRS = {"missing": "overlooked", "swapped": "swap", "shifted": "badloc"}
LEAST = {"missing": 0.6, "spurious": 0.65, "swapped": 0.4, "shifted": 0.15}


def boxes(given: argparse.Namespace) -> list[str]:
    """A row per planted kind: average precision of traindx, of ObjectLab at two thresholds, of chance."""
    dataset = scan(given.data, ScanOptions(depth="quick"))
    parts = [json.loads(p.read_text()) for p in sorted(given.work.glob("predictions-*.json"))]
    joined = given.work / "predictions.json"
    joined.write_text(json.dumps([entry for part in parts for entry in part if entry["score"] >= 0.03]))
    predictions = read_predictions(joined, dataset)
    before = box_doubts(dataset, predictions)
    rows = [
        "| planted | boxes | traindx | of these new | reported | of these planted | ObjectLab 0.95 | 0.5 | chance |"
    ]
    rows.append("|---|---|---|---|---|---|---|---|---|")
    for kind, name in COLUMNS.items():
        table, slow = [], 0.0
        for seed in range(SEEDS):
            set_, wrong = planted(dataset, kind, seed)
            start = time.perf_counter()
            doubt = np.nan_to_num(getattr(box_doubts(set_, predictions), name))
            seconds = time.perf_counter() - start
            theirs = cleanlab_boxes(given.cleanlab, set_, predictions, given.work) if seed == 0 else {}
            slow = float(theirs["seconds"][0]) if theirs else slow
            scores = [theirs.get(f"{THEIRS.get(kind)} {t}", theirs.get(str(THEIRS.get(kind)))) for t in (0.95, 0.5)]
            if kind == "missing":
                removed = taken(dataset.boxes, wrong)
                fresh = np.where(before.overlooked >= 0.3, 0.0, doubt)
                values = [missing_precision(s, predictions, removed) for s in (doubt, fresh)]
                listed = doubt >= LEAST[kind]
                values += [listed.sum(), np.nan]
                values += [missing_precision(s, predictions, removed) if s is not None else np.nan for s in scores]
                values.append(len(wrong) / len(predictions))
            else:
                truth = np.isin(np.arange(len(set_.boxes)), wrong)
                old = np.zeros(len(set_.boxes))
                old[: len(dataset.boxes)] = np.nan_to_num(getattr(before, name))
                values = [average_precision(s, truth) for s in (doubt, np.where((old >= 0.3) & ~truth, 0.0, doubt))]
                listed = doubt >= LEAST[kind]
                values += [listed.sum(), truth[listed].sum()]
                values += [average_precision(s, truth) if s is not None else np.nan for s in scores]
                values.append(truth.mean())
            table.append(values)
        mean = [float(np.mean([v for v in column if v == v] or [np.nan])) for column in zip(*table, strict=True)]
        shown = [("-" if v != v else f"{v:.3f}" if i not in (2, 3) else f"{v:.0f}") for i, v in enumerate(mean)]
        rows.append(f"| {kind} | {len(wrong)} | {' | '.join(shown)} |")
        print(rows[-1], f"{seconds:.2f} s, ObjectLab {slow:.0f} s", flush=True)
    return rows


def classes(given: argparse.Namespace) -> list[str]:
    """A row per noise: average precision of traindx, of cleanlab's scores, without a model, of chance."""
    with (given.data / "labels.csv").open() as stream:
        table = list(csv.DictReader(stream))
    names = sorted({row["clean"] for row in table})
    clean = np.array([names.index(row["clean"]) for row in table])
    pictures = [np.asarray(Image.open(given.data / "images" / row["file"]).convert("RGB")) for row in table]
    features = np.stack([features_of(p) for p in pictures])
    rows = ["| labels | wrong | CNN agrees | traindx | self-confidence | margin | adjusted margin | entropy |"]
    rows[0] += " disputed | of these wrong | cleanlab issues | of these wrong | looks alone | kNN alone |"
    rows.append("|" + "---|" * 14)
    for noise in ("aggregate", "human1", "worst"):
        if not (given.work / f"cifar-{noise}.npz").exists():
            continue
        with np.load(given.work / f"cifar-{noise}.npz") as held:
            probabilities = held["probabilities"].astype(float)
        labels = np.array([names.index(row[noise]) for row in table])
        wrong = labels != clean
        ranking = rank_labels(probabilities, labels)
        source, target = given.work / "cleanlab-in.npz", given.work / "cleanlab-out.npz"
        np.savez(source, labels=labels, probabilities=probabilities)
        script = str(HOME / "scripts/cleanlab_ranks.py")
        subprocess.run([given.cleanlab, script, "classes", str(source), str(target)], check=True)
        with np.load(target) as held:
            peer = {name: held[name] for name in held.files}
        looks = rank_labels(looks_to_be(crops_of(labels, features), len(names)), labels)
        near = rank_labels(knn(features, labels, len(names)), labels).quality
        keys = ("self_confidence", "normalized_margin", "adjusted_margin", "confidence_weighted_entropy")
        scores = [ranking.quality, *(peer[k] for k in keys)]
        issues = peer["issues"]
        shown = [f"{wrong.mean():.3f}", f"{(probabilities.argmax(1) == labels).mean():.3f}"]
        shown += [f"{average_precision(-s, wrong):.3f}" for s in scores]
        shown += [f"{ranking.disputed.sum()}", f"{wrong[ranking.disputed].mean():.3f}"]
        shown += [f"{issues.sum()}", f"{wrong[issues].mean():.3f}"]
        shown += [f"{average_precision(-s, wrong):.3f}" for s in (looks.quality, near)]
        rows.append(f"| {noise} | {' | '.join(shown)} |")
        print(rows[-1], flush=True)
    return rows


def knn(features: np.ndarray, labels: np.ndarray, classes: int, k: int = 25) -> np.ndarray:
    """Shares of the labels of the k nearest neighbours, as FiftyOne's and cleanlab's Datalab use them."""
    squares = (features**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * features @ features.T
    np.fill_diagonal(distance, np.inf)
    near = np.argpartition(distance, k, axis=1)[:, :k]
    return np.eye(classes)[labels[near]].mean(axis=1)


def main() -> None:
    """Read the arguments, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("boxes", "classes"))
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--cleanlab", required=True, help="the python of an environment that has cleanlab")
    given = parser.parse_args()
    rows = {"boxes": boxes, "classes": classes}[given.what](given)
    (HOME / "results" / f"label-noise-{given.what}.md").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
