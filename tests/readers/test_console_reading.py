"""What single lines of console logs tell: names with numbers of their own, code pages, tables of other loops."""

import json

import pytest

from traindx.core.history import History, LeftOut
from traindx.readers import read


def log(folder, text) -> History:
    (folder / "train.log").write_text(text)
    return read(folder)["history"]


def test_a_number_that_belongs_to_a_name_is_not_its_value(tmp_path):
    text = "Epoch 1 loss: 2.0\n * Prec@1 001 88.057 Prec@5 05 97.049\nEpoch 2 loss: 1.0\n * Prec@1   0 89.5 Prec@5 05 97.1\n"
    assert log(tmp_path, text).metrics["accuracy_top1"].tolist() == pytest.approx([0.88057, 0.895])


def test_a_quantity_at_an_overlap_is_that_quantity(tmp_path):
    text = "".join(f"epoch {e} train loss {1 / e:.2f}\n  val recall@0.5: 0.0{e} F1@0.50=0.0{e}\n" for e in (1, 2))
    metrics = log(tmp_path, text).metrics
    assert metrics["recall"].tolist() == metrics["f1"].tolist() == pytest.approx([0.01, 0.02])


@pytest.mark.parametrize(
    ("line", "page"),
    [
        ("第 {e}/3 轮: 训练损失: {v}, 验证损失: {v}", "gb18030"),
        ("Эпоха {e}. Потери на обучении: {v}, потери на валидации: {v}", "cp1251"),
    ],
)
def test_a_log_in_a_code_page_is_read(tmp_path, line, page):
    lines = "".join(line.format(e=e, v=v) + "\n" for e, v in ((1, 2.0), (2, 1.0)))
    (tmp_path / "a.log").write_bytes(lines.encode(page))
    history = read(tmp_path / "a.log")["history"]
    assert (history.train_loss.tolist(), history.val_loss.tolist()) == ([2.0, 1.0], [2.0, 1.0])


def test_wrong_answers_are_the_accuracy_that_they_leave(tmp_path):
    history = log(
        tmp_path,
        "epoch  train_loss  valid_loss  error_rate  time\n0  1.5  0.4  0.095  00:11\n1  0.3  0.1  0.025  00:12\n",
    )
    assert history.metrics["accuracy"].tolist() == pytest.approx([0.905, 0.975])


def test_twelve_numbers_of_coco_with_loss_and_rate_are_read(tmp_path):
    history = log(
        tmp_path, "".join(f"epoch:{e} 0.{e}1  0.{e}2  " + "0.5  " * 10 + f"1.{9 - e}  0.01\n" for e in range(3))
    )
    assert history.metrics["mAP50"].tolist() == [0.02, 0.12, 0.22]
    assert history.train_loss.tolist() == [1.9, 1.8, 1.7]


def test_a_console_of_ultralytics_is_no_results_txt(tmp_path):
    head = "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
    row = "        {e}/3      2.3G      1.83      2.68      1.66         23        640: 100% 51/51 [00:11<00:00,  4.31it/s]\n"
    (tmp_path / "colab.txt").write_text(head + row.format(e=1) + row.format(e=2))
    assert set(read(tmp_path / "colab.txt")["history"].train_parts) == {"box", "cls", "dfl"}


def test_a_loss_scale_that_is_gone_is_told_from_one_that_is_found(tmp_path):
    told = "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to {scale}\n"
    first = log(tmp_path, told.format(scale="32768.0") + "Epoch 1 loss: 2.0\nEpoch 2 loss: 1.0\n")
    last = log(tmp_path, "Epoch 1 loss: 2.0\nEpoch 2 loss: nan\n" + told.format(scale="5e-324"))
    assert first.scale_gone is None
    assert last.scale_gone is not None and last.scale_gone.startswith("line 3: ")


def test_what_a_notebook_put_out_is_a_console(tmp_path):
    rows = "<tr><td>1</td><td>2.0</td><td>2.1</td></tr>\n<tr><td>2</td><td>1.0</td><td>1.1</td></tr>"
    table = (
        f"<table><thead>\n<tr><th>Epoch</th>\n<th>Training Loss</th><th>Validation Loss</th></tr></thead>{rows}</table>"
    )
    shown = {"output_type": "display_data", "data": {"text/html": [table], "text/plain": ["<IPython>"]}}
    printed = {
        "output_type": "stream",
        "text": ["Epoch 1 train_loss 2.0 val_loss 2.1\n", "Epoch 2 train_loss 1.0 val_loss 1.1\n"],
    }
    for output in (shown, printed):
        (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [{"cell_type": "markdown"}, {"outputs": [output]}]}))
        history = read(tmp_path / "a.ipynb")["history"]
        assert (history.train_loss.tolist(), history.val_loss.tolist()) == ([2.0, 1.0], [2.1, 1.1])


@pytest.mark.parametrize(
    ("head", "page"), [("轮次,训练损失,验证损失", "gb18030"), ("Эпоха,Потери (обучение),Потери (валидация)", "cp1251")]
)
def test_a_table_in_a_code_page_is_read(tmp_path, head, page):
    (tmp_path / "a.csv").write_bytes(f"{head}\n1,2.0,2.1\n2,1.0,1.1\n".encode(page))
    history = read(tmp_path / "a.csv")["history"]
    assert (history.train_loss.tolist(), history.val_loss.tolist()) == ([2.0, 1.0], [2.1, 1.1])


def test_an_epoch_that_a_line_looks_back_at_or_plans_is_not_the_one_at_hand(tmp_path):
    rows = "".join(f"Epoch {e}/9 loss: {2 - 0.2 * e} val_loss: {2 - 0.1 * e}\n" for e in range(1, 7))
    text = f"Namespace(epochs=9, lr=0.03)\n{rows}Early stopping. Best results observed at epoch 2\nval_loss: 1.7\n"
    history = log(tmp_path, text)
    assert history.epoch.tolist() == [1, 2, 3, 4, 5, 6]
    assert (history.stopped_early, history.planned_epochs) == (True, None)


def test_a_log_that_speaks_of_a_domain_classifier_says_so(tmp_path):
    assert log(tmp_path, "Epoch 1 loss: 0.69 | Domain Acc=0.5\nEpoch 2 loss: 0.69 | Domain Acc=0.5\n").adversarial


def test_the_accuracy_on_another_domain_is_not_that_of_validation(tmp_path):
    line = "Epoch: {}\nTraining loss: {}\nSource Accuracy: {}/200 ({}%)\nTarget Accuracy: 12/200 (6.00%)\n"
    text = "".join(line.format(n, 2.0 / n, right, right / 2) for n, right in ((1, 120), (2, 160)))
    assert log(tmp_path, text).metrics["accuracy"].tolist() == pytest.approx([0.6, 0.8])


def test_what_a_scan_left_out_is_told_with_its_reason(tmp_path):
    ignored = "train: WARNING /x/0001.jpg: ignoring corrupt image/label: non-normalized or out of bounds coordinates [ 312.5]\n"
    scan = "train: Scanning /x/labels... 700 images, 60 backgrounds, 40 corrupt: 100%\n"
    found = log(tmp_path, f"{scan}{ignored}Epoch 1 loss: 2.0\nEpoch 2 loss: 1.0\n").left_out
    assert found == (LeftOut("train", 760, 40, "non-normalized or out of bounds coordinates"),)
