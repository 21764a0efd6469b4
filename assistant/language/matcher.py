"""Vectors in which the wordings of one question lie near to each other.

The sentence model tells what a text is about; "how do I become a data scientist?" and "do data
scientists need a degree?" are alike to it. Here its last layers are trained further, on the
wordings of the stored questions (`lodestar evaluate questions --train`). Of the change to each
matrix the first singular directions are kept (few are enough: Hu et al. 2022, LoRA), in
`matcher.npz`, and put onto the verified weights when the model is prepared.
"""

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.language import runtime
from assistant.language.weights import MODEL_SHA256, model_folder, verified_weights

TRUNK = 3  # layers of the sentence model that are left as they are, of six
RANK = 32
WEIGHTS = Path(__file__).with_name("matcher.npz")
LEFT, RIGHT = ".left", ".right"
Arrays = npt.NDArray[Any]
Vectors = npt.NDArray[np.float32]


class Matcher:
    """The layers trained further, ready to run on ONNX Runtime."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __call__(self, states: Vectors) -> Vectors:
        """Return the unit vector (1, 384) for the states of one text's word pieces (1, n, 384)."""
        vector: Vectors = self._session.run(None, {"states": states})[0]
        return vector


def version() -> str:
    """Return what tells one training from another."""
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12]


def folder(cache: Path) -> Path:
    """Return where the prepared layers are."""
    return cache / f"matcher-{version()}-{MODEL_SHA256[:12]}"


def load(cache: Path, probes: Callable[[], Sequence[Vectors]]) -> Matcher:
    """Return the matcher, prepared in `cache` first where it is not there yet.

    `probes` gives the states of some texts, on which it is checked then. Raises ModelError.
    """
    place = folder(cache)
    if not runtime.intact(place):
        build(place, probes())
    return Matcher(runtime.session(place / runtime.MODEL, optimised=True))


def build(folder: Path, probes: Sequence[Vectors]) -> None:
    """Put the layers trained further into `folder`, checked on the states of some texts."""
    import torch

    verified_weights()
    pooled = _pooled(trained(dict(np.load(WEIGHTS, allow_pickle=False))))
    with torch.no_grad():
        reference = [pooled(torch.from_numpy(states)).numpy() for states in probes]

    def agreement(model: Path) -> float:
        ours = Matcher(runtime.session(model, optimised=True))
        cosines = [(ours(states) * v).sum() for states, v in zip(probes, reference, strict=True)]
        return float(min(cosines))

    runtime.prepare(folder, lambda target: _export(pooled, target), agreement)


def trained(changes: Mapping[str, Arrays]) -> Any:
    """Return the layers above the trunk, a torch ModuleList, with the changes added."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(model_folder()), attn_implementation="eager").eval()
    layers = model.encoder.layer[TRUNK:]
    with torch.no_grad():
        for name, weight in layers.named_parameters():
            if name in changes:
                weight += torch.from_numpy(changes[name].astype(np.float32))
            elif name + LEFT in changes:
                left, right = (changes[name + end].astype(np.float32) for end in (LEFT, RIGHT))
                weight += torch.from_numpy(left @ right)
    return layers


def changes(before: Any, after: Any, rank: int = RANK) -> dict[str, Arrays]:
    """Return what training changed, float16: of a matrix its first `rank` singular directions."""
    found: dict[str, Arrays] = {}
    for (name, old), new in zip(before.named_parameters(), after.parameters(), strict=True):
        change = (new - old).detach().numpy()
        if change.ndim < 2:
            found[name] = change.astype(np.float16)
            continue
        left, sizes, right = np.linalg.svd(change, full_matrices=False)
        found[name + LEFT] = (left[:, :rank] * sizes[:rank]).astype(np.float16)
        found[name + RIGHT] = right[:rank].astype(np.float16)
    return found


def _pooled(layers: Any) -> Any:
    import torch

    class Pooled(torch.nn.Module):
        """The layers, the mean over the word pieces and the normalisation, for one text."""

        def __init__(self) -> None:
            super().__init__()
            self.layers = layers

        def forward(self, states: torch.Tensor) -> torch.Tensor:
            for layer in self.layers:
                out = layer(states)
                states = out[0] if isinstance(out, tuple) else out
            return torch.nn.functional.normalize(states.mean(dim=1), dim=1)

    return Pooled().eval()


def _export(pooled: Any, target: Path) -> None:
    import torch

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            pooled, (torch.zeros(1, 5, 384),), str(target), input_names=["states"],
            output_names=["vector"], dynamic_axes={"states": {1: "length"}}, opset_version=17,
            dynamo=False,
        )  # fmt: skip
