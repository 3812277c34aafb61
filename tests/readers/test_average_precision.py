"""Average precision as consoles spell it."""

import pytest

from traindx.readers.console_pairs import columns_in


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("mAP@0.5: 0.3 mAP@0.5:0.95: 0.1", {"mAP50": 0.3, "mAP50-95": 0.1}),
        ("AP@[.5:.95]=0.1", {"mAP50-95": 0.1}),
        ("AP (0.5:0.95) 0.1", {"mAP50-95": 0.1}),
        ("{'map': 0.2, 'map_50': 0.3}", {"map": 0.2, "mAP50": 0.3}),
        ("AP 0.5 AP50 0.75", {"map": 0.5, "mAP50": 0.75}),
        ("mAP .5", {"map": 0.5}),
        ("| AP50 cat=0.2 dog=0.4", {"mAP50": 0.3}),
        ("P 0.4 R 0.5", {"precision": 0.4, "recall": 0.5}),
        ("P 0.4", {}),
        ("gap 0.3 of an AP-like sum", {}),
    ],
)
def test_every_spelling_is_one_metric(line, told):
    found = {column.partition("/")[2]: pair.value for column, pair in columns_in(line, "", validated=True)}
    assert found == pytest.approx(told)


def test_train_beside_val_are_losses():
    found = {column: pair.value for column, pair in columns_in("epoch 3 train 0.2 val 0.3 error 3.1 px", "")}
    assert found == {"train/loss": 0.2, "val/loss": 0.3}
