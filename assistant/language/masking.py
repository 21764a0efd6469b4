"""Texts whose names are masked: what a message wants does not depend on what it names.

"What is PCA?" and "what is a GAN?" want the same; a classifier that sees "what is this topic?"
beside the text itself need not learn that from examples.
"""

from collections.abc import Callable, Sequence

import numpy as np

from assistant.language.mentions import Mention
from assistant.search import Encode, Floats

# What stands for a name in a masked text, by the kind of its entry.
STAND_INS = {"role": "this job", "industry": "this industry"}
STAND_IN = "this topic"
BETWEEN = " ‖ "


def mask(text: str, mentions: Sequence[Mention]) -> str:
    """Return a text with names replaced by what they are names of."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        if mention.kind == "path":
            continue  # a background may be the career that is asked about, and not ours
        word = STAND_INS.get(mention.kind, STAND_IN)
        text = f"{text[: mention.start]}{word}{text[mention.end :]}"
    return text


def both(text: str, mentions: Sequence[Mention]) -> str:
    """Return the text and the text masked, as one."""
    return f"{text}{BETWEEN}{mask(text, mentions)}"


def mean(vectors: Floats) -> Floats:
    """Return the means of pairs of rows as unit vectors: (2n, d) to (n, d)."""
    pairs = vectors.reshape(-1, 2, vectors.shape[1]).mean(axis=1)
    length = np.linalg.norm(pairs, axis=1, keepdims=True)
    return np.asarray(pairs / np.maximum(length, 1e-9), dtype=np.float32)


def encode_both(encode: Encode) -> Callable[[Sequence[str]], Floats]:
    """Return an encoder of texts made by `both`: the mean of the two vectors, a unit vector."""

    def encoded(texts: Sequence[str]) -> Floats:
        parts = [part for text in texts for part in text.split(BETWEEN)]
        return mean(encode(parts))

    return encoded
