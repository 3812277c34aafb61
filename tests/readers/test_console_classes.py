"""Tables of single classes in console logs, and the device that a log names."""

from traindx.core.history import OfClass
from traindx.readers.console_classes import classes_in
from traindx.readers.console_lines import device_in

REPORT = """
              precision    recall  f1-score   support

         car       0.96      0.98      0.97        51
   fire truck       0.00      0.00      0.00         4

    accuracy                           0.91       55
   macro avg       0.92      0.91      0.91       55
"""
ULTRALYTICS = """
                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|███| 4/4 [00:01<00:00]
                   all        101        813      0.811      0.664      0.766      0.503
               With Helmet         90        402      0.91      0.88      0.93      0.61
                   trailer         11         19          0          0     0.0123    0.00511
Speed: 0.2ms preprocess, 2.1ms inference
"""


def lines(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.split("\n"), 1))


def test_a_classification_report_tells_its_classes() -> None:
    assert classes_in(lines(REPORT)) == (OfClass("car", 51, 0.98), OfClass("fire truck", 4, 0.0))


def test_the_last_table_of_ultralytics_tells_its_classes() -> None:
    assert classes_in(lines(ULTRALYTICS)) == (OfClass("With Helmet", 402, 0.88), OfClass("trailer", 19, 0.0))


def test_a_row_for_all_without_classes_below_tells_none() -> None:
    assert (
        classes_in(lines("                   all        101        813      0.811      0.664      0.766      0.503\n"))
        == ()
    )


def test_the_device_and_the_cuda_of_the_build_are_known() -> None:
    told = "Ultralytics YOLOv8.0.196 Python-3.9.13 torch-2.0.1+cu118 CUDA:0 (NVIDIA GeForce GTX 1660 Ti, 6144MiB)"
    assert device_in(lines(told)) == ("NVIDIA GeForce GTX 1660 Ti", "11.8")
    assert device_in(lines("Using CUDA:0 for training")) is None
