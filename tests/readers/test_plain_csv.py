"""Lightning's metrics.csv and free-form csv logs."""

import pytest

from traindx.readers import read
from traindx.readers.names import meaning

LIGHTNING = """epoch,step,test_acc,train_acc_epoch,train_acc_step,train_loss_epoch,train_loss_step,val_acc,val_loss
0,49,,,0.6,,0.9,,
0,99,,,0.7,,0.5,,
0,99,,,,,,0.61,0.66
0,99,,0.65,,0.7,,,
1,149,,,0.8,,0.4,,
1,199,,,,,,0.72,0.55
1,199,,0.82,,0.45,,,
2,200,0.7,,,,,,
"""


def test_lightnings_rows_of_one_epoch_are_merged(tmp_path):
    (tmp_path / "metrics.csv").write_text(LIGHTNING)
    (tmp_path / "hparams.yaml").write_text("lr: 0.001\n")
    facts = read(tmp_path)
    history = facts["history"]
    assert history.tool == "Lightning"
    assert history.epoch.tolist() == [0, 1]
    assert history.train_loss.tolist() == [0.7, 0.45]
    assert history.val_loss.tolist() == [0.66, 0.55]
    assert history.metrics["accuracy"].tolist() == [0.61, 0.72]
    assert facts["setup"].settings == {"lr": 0.001}


def test_a_loss_logged_by_step_only_is_averaged_over_its_epoch(tmp_path):
    (tmp_path / "metrics.csv").write_text("epoch,step,train_loss,val_loss\n0,1,2.0,\n0,2,1.0,\n0,2,,1.2\n")
    assert read(tmp_path)["history"].train_loss.tolist() == [1.5]


def test_a_hand_written_log_is_read_by_the_names_of_its_columns(tmp_path):
    (tmp_path / "log.csv").write_text("Epoch, Train Loss, Valid Loss, Valid Acc, lr\n1,2.0,2.1,0.3,0.1\n")
    history = read(tmp_path / "log.csv")["history"]
    assert history.train_loss.tolist() == [2.0]
    assert history.val_loss.tolist() == [2.1]
    assert history.metrics["accuracy"].tolist() == [0.3]
    assert history.lr["lr"].tolist() == [0.1]


def test_timms_summary_is_read_and_its_per_cent_become_shares(tmp_path):
    rows = "0,6.9,6.8,1.2,5.0,0.001\n1,5.0,4.8,43.5,70.1,0.001\n"
    (tmp_path / "summary.csv").write_text("epoch,train_loss,eval_loss,eval_top1,eval_top5,lr\n" + rows)
    history = read(tmp_path)["history"]
    assert history.metrics["accuracy_top1"].tolist() == pytest.approx([0.012, 0.435])
    assert history.notes == ("accuracy_top1 read as per cent", "top5 read as per cent")


def test_kerass_columns_without_a_prefix_are_of_training(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,accuracy,loss,val_accuracy,val_loss\n0,0.9,0.3,0.8,0.5\n")
    history = read(tmp_path)["history"]
    assert history.train_loss.tolist() == [0.3]
    assert history.metrics["accuracy"].tolist() == [0.8]


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("loss", "train/loss"),
        ("val_accuracy", "metric/accuracy"),
        ("eval/loss", "val/loss"),
        ("eval_top1", "metric/accuracy_top1"),
        ("train_acc", "train_metric/accuracy"),
        ("test_loss", None),
        ("avg_train_loss", "train/loss"),
        ("lr-AdamW/pg1", "lr/lr-AdamW/pg1"),
        ("global_epoch", "epoch"),
        ("loss_weight", None),
    ],
)
def test_names_of_columns(column, known):
    assert meaning(column) == known


ROWS = ("1", "2.0", "2.1", "0.3"), ("2", "1.5", "1.8", "0.4")
HEADS = {
    "short": "epoch,tr_loss,va_loss,va_acc",
    "letters": "epoch,t_loss,v_loss,v_acc",
    "camel": "Epoch,trainLoss,valLoss,valAcc",
    "suffix": "epoch,loss_train,loss_val,acc_val",
    "brackets": "Epoch,Loss (train),Loss (val),Accuracy (val)",
    "tested": "epoch,train_loss,test_loss,test_acc",
    "index": ",train_loss,val_loss,val_acc",
    "exported": "epoch,run-1 - train/loss,run-1 - val/loss,run-1 - val/acc",
    "german": "Epoche,Trainingsverlust,Validierungsverlust,Genauigkeit",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_columns_are_known_by_the_habits_of_those_who_name_them(tmp_path, head):
    (tmp_path / "run.csv").write_text("\n".join([head, *map(",".join, ROWS)]))
    history = read(tmp_path / "run.csv")["history"]
    assert history.train_loss.tolist() == [2.0, 1.5] and history.val_loss.tolist() == [2.1, 1.8]
    assert history.metrics["accuracy"].tolist() == [0.3, 0.4]


def test_semicolons_with_decimal_commas_and_a_spreadsheets_code_page_are_read(tmp_path):
    text = "sep=;\nÉpoque;Perte entraînement;Perte validation;Exactitude\n1;2,0;2,1;0,3\n2;1,5;1,8;0,4\n"
    (tmp_path / "run.csv").write_bytes(text.encode("cp1252"))
    history = read(tmp_path)["history"]
    assert history.val_loss.tolist() == [2.1, 1.8] and history.metrics["accuracy"].tolist() == [0.3, 0.4]


def test_a_chance_of_one_per_cent_is_read_as_such_beside_a_top_five_of_five(tmp_path):
    (tmp_path / "summary.csv").write_text("epoch,train_loss,eval_top1,eval_top5\n0,4.6,1.0,5.0\n1,4.6,0.9,5.2\n")
    assert read(tmp_path)["history"].metrics["accuracy_top1"].tolist() == pytest.approx([0.01, 0.009])
