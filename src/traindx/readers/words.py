"""A log in other languages: their words for loss, accuracy, epoch and the splits in English, decimal commas as points."""

from __future__ import annotations

import re

_WORDS = (
    (r"第\s*(\d+)\s*(?:/\s*(\d+)\s*)?(?:个)?\s*(?:轮|回合|epoch)", r"epoch \1"),
    (r"エポック|에포크|轮[次数]", "epoch "),
    (r"\b(?:epoche|époque|epoque|época|epoca|эпоха|epok[ai]?|эпохи)\b", "epoch"),
    (r"trainings?-?(?=verlust|genauigkeit)|\bentra[iî]nement\b|\bentrenamiento\b|\btrein(?:o|amento)\b", "train "),
    (r"\baddestramento\b|\bобучени\w+|\bтрениров\w+|(?:训练|訓練|学習|훈련)集?", " train "),
    (r"validierungs?-?|\bvalida(?:ción|ção|zione)\b|\bвалидаци\w+|(?:验证|驗證|検証|검증)集?", " val "),
    (r"(?:测试|測試|テスト)集?|\bтест\w*", " test "),
    (r"(?<!\w)(?:verlust|pertes?|p[ée]rdida|perda|perdita|потер[ияь]|лосс)(?![^\W_])|损失(?:值)?|損失|손실", " loss "),
    (r"(?<!\w)(?:genauigkeit|exactitude|exactitud|acurácia|accuratezza|точность)(?![^\W_])", " accuracy "),
    (r"准确率|精确度|正解率|精度|準確率|정확도", " accuracy "),
    (r"(?<!\w)(?:lernrate|taux d['’]apprentissage|tasa de aprendizaje)(?!\w)|学习率|學習率|学習率|학습률", " lr "),
    (r"(?<=loss|racy) _(?=(?:val|train|test)\b)", "_"),
    (r"(?<=\d)\s+(?:von|sur|de|di|из)\s+(?=\d)", "/"),
)
_TABLE = tuple((re.compile(pattern, re.IGNORECASE), word) for pattern, word in _WORDS)
_ANY = re.compile("|".join(pattern for pattern, _ in _WORDS[:-2]), re.IGNORECASE)
_WIDE = str.maketrans("：，（）；｜／％＝", ":,();|/%=")
_COMMA = re.compile(r"(?<![\d.,])(?<!\d:)(-?\d+),(\d+)(?![\d,]*[.\d])(?=[^\w]|e[-+]|$)")
_POINT = re.compile(r"\d\.\d")
SAMPLE = 200_000
"""So many characters of a log tell its language."""

_CODE_PAGES = ("gb18030", "cp1251", "cp1252", "shift_jis", "euc_kr", "big5", "koi8_r", "cp866")
_BROKEN = 0.002
"""Share of signs that are no utf-8 from which a text is taken for one of a code page; a torn line has fewer (a guess)."""

_TALE = re.compile(r"loss|acc|epoch|verlust|perte|p[ée]r?d", re.IGNORECASE)


def in_english(text: str) -> str:
    """The text with foreign words for what is logged in English, and with decimal points where it has decimal commas."""
    if not text.isascii():
        text = text.translate(_WIDE)
    if _ANY.search(text[:SAMPLE]):
        for pattern, word in _TABLE:
            text = pattern.sub(word, text)
    return _with_points(text) if "," in text else text


def decoded(data: bytes, otherwise: str = "utf-8") -> str:
    """Text of utf-8, or of the code page in which most of the words that are known here can be read, or of `otherwise`."""
    text = data.decode("utf-8-sig", "replace")
    if text[:SAMPLE].count("\ufffd") <= _BROKEN * min(len(text), SAMPLE):
        return text
    known = {page: len(_ANY.findall(data[:SAMPLE].decode(page, "replace"))) for page in _CODE_PAGES}
    best = max(known, key=lambda page: known[page])
    return data.decode(best if known[best] else otherwise, "replace")


def _with_points(text: str) -> str:
    """Decimal commas as points, if the lines that tell of the training have these and not points."""
    telling = [line for line in text[:SAMPLE].split("\n") if "," in line and _TALE.search(line)][:400]
    commas = sum(len(_COMMA.findall(line)) for line in telling)
    if commas < max(2, len(telling) // 2) or commas <= 2 * sum(len(_POINT.findall(line)) for line in telling):
        return text
    return _COMMA.sub(r"\1.\2", text)
