"""Treatments of batches, losses and settings: what the network is given, in which order, and how its output is judged."""

from __future__ import annotations

from traindx.core.treatment import Argument, Treatment, in_process


def flip_channels() -> Treatment:
    """The channels of pictures in reverse order."""
    return in_process("flip_channels", "red and blue exchanged in the inputs")


def normalize_again() -> Treatment:
    """Inputs normalised once more, by the usual constants of photographs."""
    return in_process("normalize_again", "inputs normalised once more")


def validate_as_trained() -> Treatment:
    """Inputs of validation get mean and deviation of the first training batch, per channel."""
    return in_process("validate_as_trained", "validation's inputs brought to the scale of training's")


def shuffle() -> Treatment:
    """Training samples come in a new random order in each epoch."""
    return in_process("shuffle", "training samples shuffled")


def sort_by_class() -> Treatment:
    """Training samples come in the order of their classes."""
    return in_process("sort_by_class", "training samples sorted by class")


def oversample() -> Treatment:
    """Training samples are drawn so that each class is as likely as any other."""
    return in_process("oversample", "rare classes oversampled")


def undersample() -> Treatment:
    """Of each class as many training samples as the rarest has."""
    return in_process("undersample", "frequent classes undersampled")


def share_data() -> Treatment:
    """Each rank draws its own part of the samples."""
    return in_process("share_data", "a DistributedSampler for each rank")


def tell_epoch() -> Treatment:
    """The distributed sampler is told the epoch."""
    return in_process("tell_epoch", "sampler.set_epoch at each epoch")


def drop_last() -> Treatment:
    """The last batch of an epoch is left out where it is not full."""
    return in_process("drop_last", "the last, smaller batch left out")


def scale_batch(factor: float) -> Treatment:
    """Batches hold `factor` times as many samples."""
    return in_process("scale_batch", f"batch size × {factor:g}", factor=factor)


def more_workers(workers: int = 2) -> Treatment:
    """Samples are prepared by at least so many workers."""
    return in_process("more_workers", f"{workers} loader workers", workers=workers)


def seed_workers() -> Treatment:
    """Each loader worker begins its generators by a number of its own."""
    return in_process("seed_workers", "each worker seeded by itself")


def only_usual_batches(times: float = 5.0) -> Treatment:
    """Training batches that are not finite, or far from those before (`times` their range; 0: only what is not finite)
    are left out."""
    words = "batches unlike the others left out" if times else "batches with values that are not finite left out"
    return in_process("only_usual_batches", words, times=times)


def no_augmentation(*, moving: bool = False) -> Treatment:
    """torchvision's and timm's random transforms are left out, or only those that move pixels."""
    words = "no flips, crops and rotations" if moving else "no augmentation"
    return in_process("no_augmentation", words, moving=moving)


def scale_augmentation(share: float) -> Treatment:
    """Ultralytics' augmentation times `share`; of random transforms, that share of the calls."""
    return in_process("scale_augmentation", f"augmentation × {share:g}", share=share)


def raw_scores() -> Treatment:
    """Losses are given the scores from before the last activation."""
    return in_process("raw_scores", "the loss computed from the scores before their activation")


def usual_loss() -> Treatment:
    """Mean in place of sum, no class weights, little smoothing, no class ignored, shapes and log-probabilities as needed."""
    return in_process("usual_loss", "the loss in its usual form")


def sum_loss() -> Treatment:
    """Losses add up over the batch."""
    return in_process("sum_loss", "the loss summed over the batch")


def smooth_labels(share: float = 0.1) -> Treatment:
    """Cross entropy with this label smoothing."""
    return in_process("smooth_labels", f"label smoothing {share:g}", share=share)


def focal_loss(gamma: float = 2.0) -> Treatment:
    """Losses of classes times (1 - p)^gamma."""
    return in_process("focal_loss", f"focal loss, gamma {gamma:g}", gamma=gamma)


def class_weights(power: float = 1.0) -> Treatment:
    """Cross entropy weighs each class by how rare it is, to a power."""
    return in_process(
        "class_weights", "class weights" if power == 1 else f"class weights to the power {power:g}", power=power
    )


def positive_weight(*, both: bool = False) -> Treatment:
    """Binary cross entropy weighs the positives by negatives / positives; with `both` the negatives as well."""
    return in_process("positive_weight", "weight per output" if both else "pos_weight", both=both)


def stop_early(patience: int = 3) -> Treatment:
    """The run ends after so many validations in a row that are no better than the best."""
    return in_process("stop_early", f"an early stop after {patience} validations without progress", patience=patience)


def set_options(**options: Argument) -> Treatment:
    """Settings of Ultralytics by name, or of the script's parser where it has them."""
    words = ", ".join(f"{name}={value}" for name, value in options.items())
    return in_process("set_options", words, **options)


def scale_option(option: str, factor: float) -> Treatment:
    """A number among the settings (`epochs`, `imgsz`, ...) times `factor`."""
    return in_process("scale_option", f"{option} × {factor:g}", option=option, factor=factor)


def optimizer_as_asked() -> Treatment:
    """Ultralytics' `optimizer=auto` made one that takes the rate and momentum that were asked for."""
    return in_process("optimizer_as_asked", "an optimizer by name, with the rate that was asked for")


def model_scale(scale: str) -> Treatment:
    """Another size of Ultralytics' model: n, s, m, l or x."""
    return in_process("model_scale", f"the model at scale {scale}", scale=scale)
