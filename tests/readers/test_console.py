"""Console logs as the usual loops print them."""

import pytest

from traindx.core.history import History
from traindx.readers import read

PLAIN = "Epoch 1/3 loss: 0.93 acc: 61.2 val_loss: 0.81 val_acc: 66.0\nEpoch 2/3 loss: 0.53 acc: 81.2 val_loss: 0.61 val_acc: 76.0\n"
TUTORIAL = """Epoch 0/24
----------
train Loss: 0.9300 Acc: 0.6120
val Loss: 0.8100 Acc: 0.6600

Epoch 1/24
----------
train Loss: 0.5300 Acc: 0.8120
val Loss: 0.6100 Acc: 0.7600
"""
MNIST = """Train Epoch: 1 [0/60000 (0%)]\tLoss: 1.33
Train Epoch: 1 [640/60000 (1%)]\tLoss: 0.53

Test set: Average loss: 0.8100, Accuracy: 6600/10000 (66%)

Train Epoch: 2 [0/60000 (0%)]\tLoss: 0.56
Train Epoch: 2 [640/60000 (1%)]\tLoss: 0.50

Test set: Average loss: 0.6100, Accuracy: 7600/10000 (76%)
"""
IMAGENET = """Epoch: [0][ 1/40]\tTime  0.1 ( 0.1)\tLoss 6.9e+00 (9.3e-01)\tAcc@1  0.00 ( 61.2)\tAcc@5  1.00 ( 81.0)
Test: [ 1/10]\tTime  0.1 ( 0.1)\tLoss 8.0e-01 (8.1e-01)\tAcc@1  60.00 ( 66.00)
 *   Acc@1 66.000 Acc@5 90.000
Epoch: [1][ 1/40]\tTime  0.1 ( 0.1)\tLoss 5.9e-01 (5.3e-01)\tAcc@1  0.00 ( 81.2)\tAcc@5  1.00 ( 81.0)
Test: [ 1/10]\tTime  0.1 ( 0.1)\tLoss 6.0e-01 (6.1e-01)\tAcc@1  70.00 ( 76.00)
 *   Acc@1 76.000 Acc@5 90.000
"""
KERAS = """Epoch 1/2
100/100 [==============================] - 2s 20ms/step - loss: 0.9300 - accuracy: 0.6120 - val_loss: 0.8100 - val_accuracy: 0.6600
Epoch 2/2
100/100 [==============================] - 2s 20ms/step - loss: 0.5300 - accuracy: 0.8120 - val_loss: 0.6100 - val_accuracy: 0.7600
"""
BAR = (
    "\x1b[32mEpoch 0:  50%|#####     | 5/10 [00:01<00:01,  8.3it/s, v_num=0, train_loss=1.20]\r"
    "Epoch 0: 100%|##########| 10/10 [00:01<00:00,  8.3it/s, v_num=0, train_loss=0.93, val_loss=0.81, val_acc=0.66]\r"
    "Epoch 1: 100%|##########| 10/10 [00:01<00:00,  8.3it/s, v_num=0, train_loss=0.53, val_loss=0.61, val_acc=0.76]\n"
)
TRAINER = """{'loss': 0.93, 'grad_norm': 1.1, 'learning_rate': 5e-05, 'epoch': 0.5}
{'eval_loss': 0.81, 'eval_accuracy': 0.66, 'eval_runtime': 1.2, 'epoch': 1.0}
{'loss': 0.53, 'grad_norm': 1.1, 'learning_rate': 4e-05, 'epoch': 1.5}
{'eval_loss': 0.61, 'eval_accuracy': 0.76, 'eval_runtime': 1.2, 'epoch': 2.0}
{'train_runtime': 10.1, 'train_loss': 0.7, 'epoch': 2.0}
"""
SECTIONS = """[2024-05-01 10:00:00,123] INFO epoch 1
[2024-05-01 10:00:01,123] INFO training: loss=0.93, lr=0.001
[2024-05-01 10:00:02,123] INFO validation: loss=0.81 accuracy=66.0%
[2024-05-01 10:00:03,123] INFO epoch 2
[2024-05-01 10:00:04,123] INFO training: loss=0.53, lr=0.001
[2024-05-01 10:00:05,123] INFO validation: loss=0.61 accuracy=76.0%
"""
BRACKETS = """[Epoch 1] train_loss 0.93 | valid_loss 0.81 | valid_acc 0.66
[Epoch 2] train_loss 0.53 | valid_loss 0.61 | valid_acc 0.76
"""
NUMBERS = """[1] loss: 0.930 val_loss: 0.810 val_accuracy: 66.00 %
[2] loss: 0.530 val_loss: 0.610 val_accuracy: 76.00 %
"""
WORDS = """Epoch: 01 | Epoch Time: 0m 5s
\tTrain Loss: 0.930 | Train Acc: 61.20%
\t Val. Loss: 0.810 |  Val. Acc: 66.00%
Epoch: 02 | Epoch Time: 0m 5s
\tTrain Loss: 0.530 | Train Acc: 81.20%
\t Val. Loss: 0.610 |  Val. Acc: 76.00%
"""
LOGS = {
    "plain": PLAIN,
    "tutorial": TUTORIAL,
    "mnist": MNIST,
    "imagenet": IMAGENET,
    "keras": KERAS,
    "bar": BAR,
    "trainer": TRAINER,
    "sections": SECTIONS,
    "brackets": BRACKETS,
    "words": WORDS,
    "numbers": NUMBERS,
}
YOLO = """      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size
        1/50      2.3G      1.200      2.300      1.100         40        640: 100%|##########| 8/8 [00:03<00:00]
                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|##########| 4/4 [00:01<00:00]
                   all        128        929      0.640      0.530      0.600      0.440

      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size
        2/50      2.3G      1.000      2.000      1.000         40        640: 100%|##########| 8/8 [00:03<00:00]
                   all        128        929      0.640      0.530      0.700      0.540
"""
REFERENCE = """Epoch: [0]  [ 0/60]  eta: 0:01  lr: 0.0001  loss: 4.4 (4.2)  loss_classifier: 3.7 (3.6)  time: 0.2  max mem: 3000
Test:  [ 0/50]  eta: 0:00:10  model_time: 0.1 (0.1)  evaluator_time: 0.004 (0.004)  time: 0.2  data: 0.1
 Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.606
 Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.974
 Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ] = 0.780
"""
CRASH = """Epoch 1/10 loss: 0.93
Traceback (most recent call last):
  File "train.py", line 40, in <module>
    main()
  File "/home/me/work/train.py", line 21, in main
    loss.backward()
  File "/usr/lib/python3.11/site-packages/torch/_tensor.py", line 522, in backward
    torch.autograd.backward(
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
"""


def log(folder, text, name="train.log") -> History:
    (folder / name).write_text(text, newline="")
    return read(folder / name)["history"]


@pytest.mark.parametrize("text", LOGS.values(), ids=LOGS)
def test_two_epochs_are_read_from_the_lines_of_the_usual_loops(tmp_path, text):
    history = log(tmp_path, text)
    assert len(history) == 2
    assert history.train_loss.tolist() == pytest.approx([0.93, 0.53])
    assert history.val_loss.tolist() == pytest.approx([0.81, 0.61])
    assert history.metric is not None and history.metric[1].tolist() == pytest.approx([0.66, 0.76])


def test_the_planned_epochs_and_the_training_metric_are_known(tmp_path):
    history = log(tmp_path, PLAIN)
    assert history.planned_epochs == 3
    assert history.train_metrics["accuracy"].tolist() == pytest.approx([0.612, 0.812])


def test_the_table_of_yolo_is_read(tmp_path):
    history = log(tmp_path, YOLO)
    assert history.planned_epochs == 50
    assert history.train_parts["box"].tolist() == [1.2, 1.0]
    assert history.metric is not None and history.metric[0] == "mAP50-95" and history.metric[1].tolist() == [0.44, 0.54]


def test_the_summary_of_coco_belongs_to_the_epoch_before_it(tmp_path):
    history = log(tmp_path, REFERENCE)
    assert history.train_loss.tolist() == [4.2]
    assert {name: values[0] for name, values in history.metrics.items()} == {"mAP50-95": 0.606, "mAP50": 0.974}


def test_a_loss_that_turned_nan_is_kept(tmp_path):
    assert str(log(tmp_path, "Epoch 1: loss=nan\nEpoch 2: loss=nan\n").train_loss.tolist()) == "[nan, nan]"


def test_a_test_after_training_is_no_validation(tmp_path):
    history = log(tmp_path, PLAIN.replace("/3", "") * 2 + "Test loss: 9.0 test acc: 0.1\n")
    assert history.val_loss.max() < 1


def test_the_error_in_which_a_log_ends_names_the_users_line(tmp_path):
    ending = log(tmp_path, CRASH).ending
    assert ending is not None
    assert (ending.kind, ending.path, ending.at, ending.line) == ("OutOfMemoryError", "/home/me/work/train.py", 21, 9)


@pytest.mark.parametrize("ends", [CRASH.partition("\n")[2], "Killed\n"], ids=["error", "kill"])
def test_an_error_begins_behind_the_bar_that_it_breaks_off(tmp_path, ends):
    history = log(
        tmp_path, f"Epoch 1/10 loss: 0.93\n\rEpoch 2:  16%|#5  | 5/31 [00:02<00:11,  2.3it/s, loss=0.3]{ends}"
    )
    assert history.ending is not None and history.ending.kind == ("Killed" if ends[0] == "K" else "OutOfMemoryError")


def test_an_error_that_the_run_survived_is_no_ending(tmp_path):
    assert log(tmp_path, CRASH + "Epoch 2/10 loss: 0.5\n").ending is None


def test_a_kill_is_an_ending(tmp_path):
    ending = log(tmp_path, "Epoch 1/10 loss: 0.93\n./run.sh: line 3: 1234 Killed\n").ending
    assert ending is not None and ending.kind == "Killed"


def test_what_powershell_wrote_is_read(tmp_path):
    (tmp_path / "train.txt").write_bytes(PLAIN.encode("utf-16"))
    assert len(read(tmp_path)["history"]) == 2


def test_prose_and_binary_files_are_no_logs(tmp_path):
    for name, content in (("notes.txt", b"we trained for 3 days"), ("weights.out", bytes(range(256)) * 99)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Exception, match="no training log"):
            read(tmp_path / name)


def two_epochs(line: str, head: str = "", comma: bool = False) -> str:
    numbers = (1, 0.93, 0.81, 0.66, 66.0), (2, 0.53, 0.61, 0.76, 76.0)
    text = "".join(line.format(n=n, i=n - 1, t=t, v=v, a=a, p=p) for n, t, v, a, p in numbers)
    return head + (text.replace(".", ",") if comma else text)


STYLES = {
    "openmmlab": two_epochs(
        "INFO - Epoch [{n}][30/30]\tlr: 1e-03, loss: {t}\nINFO - Epoch(val) [{n}][9]\taccuracy_top-1: {p}, accuracy_top-5: 99.0\n"
    ),
    "timm": two_epochs(
        "Train: {i} [  0/38 (  0%)]  Loss: 2.3 ({t})\nTest: [  11/11]  Loss: 0.7 ({v})  Acc@1: 50.0 ({p})\n"
    ),
    "fastai": two_epochs("{i}    {t}    {v}    {a}   00:05\n", "epoch  train_loss  valid_loss  accuracy  time\n"),
    "markdown": two_epochs(
        "| {n} | {t} | {v} | {p}% |\n", "| epoch | train loss | val loss | val acc |\n|---|---|---|---|\n"
    ),
    "tabs": two_epochs(
        "0.1\t{t}\t{v}\t61\t{p}\t\n", "Learning Rate\tTrain Loss\tValid Loss\tTrain Acc.\tValid Acc.\t\n"
    ),
    "bracket": two_epochs("[{n}/9] train loss {t}, val loss {v}, val acc {a}\n"),
    "two bars": two_epochs(
        "Epoch: {i}\n [=>] Loss: {t} | Acc: 61% (61/100) 38/38\n [=>] Loss: {v} | Acc: {p}% (66/100) 12/12\n"
    ),
    "capitals": two_epochs("Epoch {n}/9, Loss: {t}, Val Loss: {v}, Val Accuracy: {p}%, Time: 12.3s\n"),
    "short": two_epochs("ep {n} | tr_loss {t} | va_loss {v} | va_acc {a}\n"),
    "summary": two_epochs("Epoch {n}: loss=2.30\nEpoch {n}: train_loss={t} val_loss={v} val_acc={a}\n"),
    "classes": two_epochs("Epoch {n}: loss={t} val_loss={v} val_acc={a}\n  class 1 accuracy: 0.1\n"),
    "best": two_epochs("Epoch {n}: loss={t} val_loss={v} val_acc={a}\nbest val acc: 0.99\n"),
    "commas": two_epochs("Epoch {n} train_loss: {t} val_loss: {v} val_acc: {a}\n", comma=True),
    "german": two_epochs(
        "Epoche {n}/9: Trainingsverlust: {t}; Validierungsverlust: {v}; Genauigkeit: {p} %\n", comma=True
    ),
    "french": two_epochs(
        "Époque {n}/9 - perte entraînement : {t} - perte validation : {v} - exactitude : {p} %\n", comma=True
    ),
    "chinese": two_epochs("第{n}轮 训练损失: {t} 验证损失: {v} 验证准确率: {p}%\n"),
}


@pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
def test_what_tools_and_people_print_is_read(tmp_path, text):
    history = log(tmp_path, text)
    assert history.train_loss.tolist() == pytest.approx([0.93, 0.53])
    assert text.startswith("INFO") or history.val_loss.tolist() == pytest.approx([0.81, 0.61])
    assert history.metric is not None and history.metric[1].tolist() == pytest.approx([0.66, 0.76])


def test_a_log_of_steps_alone_becomes_windows(tmp_path):
    history = log(tmp_path, "".join(f"Step {i}/900 | Loss: {2.3 * 0.99**i:.4f} | LR: 1e-3\n" for i in range(0, 900, 9)))
    assert 30 <= len(history) <= 50 and history.train_loss[0] > history.train_loss[-1]


def test_darknets_average_and_its_map_are_read(tmp_path):
    lines = (f"\n {i}: 9.9, {9 - i / 100}, avg loss, 0.001 rate, 3 seconds\n" for i in range(0, 300, 10))
    text = "".join(lines).replace(", avg", " avg") + " mean average precision (mAP@0.50) = 0.6123, or 61.23 % \n"
    history = log(tmp_path, text)
    assert history.train_loss[0] == pytest.approx(9.0) and history.metrics["mAP50"][-1] == 0.6123


def test_a_log_of_any_suffix_is_read_if_it_is_named(tmp_path):
    assert len(log(tmp_path, PLAIN, "run.console")) == 2


def test_a_run_that_says_it_was_stopped_early_has_no_plan_left(tmp_path):
    said = log(tmp_path, PLAIN.replace("/3", "/90") + "Early stopping at epoch 2\n")
    assert said.planned_epochs is None and "stopped early" in said.notes[0]
    counted = log(tmp_path, PLAIN.replace("/3", "/90") + "EarlyStopping counter: 1 out of 7\n")
    assert counted.planned_epochs == 90


def test_a_log_that_says_that_no_label_was_found_is_heard(tmp_path):
    assert log(tmp_path, PLAIN).no_labels is None
    said = log(
        tmp_path, "WARNING no labels found in detect set, cannot compute metrics without labels\n" + PLAIN
    ).no_labels
    assert said == "line 1: no labels found in detect set"
