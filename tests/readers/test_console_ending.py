"""How console logs end: by which error, of which process, or by none."""

from traindx.readers.console_ending import ending_of

TRACEBACK = ["Traceback (most recent call last):", '  File "/home/u/train.py", line 9, in main', "    step()"]


def lines(*told: str) -> list[tuple[int, str]]:
    return list(enumerate(told, 1))


def test_of_a_launcher_the_error_of_the_process_counts() -> None:
    own = [f"[rank1]: {line}" for line in (*TRACEBACK, "ValueError: no such class")]
    ending = ending_of(lines(*own, *TRACEBACK, "torch.distributed.elastic.ChildFailedError: "))
    assert ending is not None and (ending.kind, ending.message) == ("ValueError", "no such class")
    assert (ending.path, ending.at) == ("/home/u/train.py", 9)


def test_of_a_launcher_whose_process_waited_in_vain_the_wait_counts() -> None:
    waited = "[rank1]:[E304] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL(OpType=ALLREDUCE)"
    ending = ending_of(lines(waited, *TRACEBACK, "ChildFailedError: "))
    assert ending is not None and ending.message.startswith("Watchdog caught collective operation timeout")


def test_of_a_worker_that_exited_the_reason_that_the_loader_told_before_counts() -> None:
    before = (
        "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm)."
    )
    ending = ending_of(lines(before, *TRACEBACK, "RuntimeError: DataLoader worker (pid(s) 22) exited unexpectedly"))
    assert ending is not None and "insufficient shared memory" in ending.message


def test_a_job_that_the_queue_cancelled_ended_in_no_error() -> None:
    ending = ending_of(
        lines("Epoch 3 loss: 0.5", "slurmstepd: error: *** JOB 8 CANCELLED AT 14:02 DUE TO TIME LIMIT ***")
    )
    assert ending is not None and ending.kind == "Cancelled"


def test_a_kill_is_told_by_the_shell_with_the_command_behind_it() -> None:
    ending = ending_of(lines("Epoch 3 loss: 0.5", "run.sh: line 4: 21877 Killed                  python train.py"))
    assert ending is not None and ending.kind == "Killed"


def test_an_error_that_a_later_run_follows_is_no_ending() -> None:
    later = [f"[2022-10-15 23:03:{i:02d}][INFO] - Starting" for i in range(59)] * 2
    assert ending_of(lines(*TRACEBACK, "KeyError: 'x'", *later)) is None


def test_the_second_line_of_an_error_belongs_to_it() -> None:
    ending = ending_of(
        lines(*TRACEBACK, "RuntimeError: Error(s) in loading state_dict for Net:", "\tsize mismatch for fc.weight")
    )
    assert ending is not None and "size mismatch for fc.weight" in ending.message


def test_what_a_logger_says_after_the_error_is_no_later_epoch() -> None:
    ending = ending_of(
        lines(*TRACEBACK, "OutOfMemoryError: CUDA out of memory.", "wandb: Run summary:", "wandb: epoch 2")
    )
    assert ending is not None and ending.message == "CUDA out of memory."


def test_epochs_that_are_told_by_brackets_alone_go_on_after_an_error() -> None:
    assert ending_of(lines(*TRACEBACK, "KeyError: 'x'", "[1/15] loss_train 2.1 loss_val 2.2")) is None


def test_of_a_loaders_worker_the_line_of_the_dataset_is_named() -> None:
    worker = ["Original Traceback (most recent call last):", '  File "/home/u/data.py", line 22, in __getitem__']
    told = [
        *TRACEBACK,
        "OSError: Caught OSError in DataLoader worker process 2.",
        *worker,
        "OSError: image file is truncated",
    ]
    ending = ending_of(lines(*told))
    assert ending is not None and (ending.path, ending.message) == ("/home/u/data.py", "image file is truncated")


def test_a_line_of_pythons_own_library_on_windows_is_not_the_users() -> None:
    spawn = r'  File "D:\Python\python39\lib\multiprocessing\spawn.py", line 126, in _main'
    ending = ending_of(lines(TRACEBACK[0], spawn, "    load()", "_pickle.UnpicklingError: pickle data was truncated"))
    assert ending is not None and ending.path is None


def test_a_loop_that_stops_at_its_own_loss_ends_there() -> None:
    ending = ending_of(
        lines("Epoch: [1]  [10/28]  loss: 9.1", "Loss is nan, stopping training", "{'loss': tensor(nan)}")
    )
    assert ending is not None and ending.kind == "LossNotFinite"
