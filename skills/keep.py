"""What a solution writes down so that a killed run can go on: weights, optimiser, random numbers.

done = restore(saved.get("cnn"), net, optimiser)       # 0 if nothing was saved
for epoch in range(done, EPOCHS):
    ...
    yield {"stage": "cnn", ..., "state": state(epoch + 1, net, optimiser)}
"""

from typing import Any


def state(done: int, *parts: Any) -> dict[str, Any]:
    """Return how far a training is: `done`, and what each part and torch's randomness hold.

    A part is anything with state_dict and load_state_dict: a module, optimiser or schedule. The
    values are those of now only until training goes on: whoever keeps them copies them.
    """
    import torch

    return {
        "done": done,
        "parts": [part.state_dict() for part in parts],
        "random": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_initialized() else None,
    }


def restore(saved: dict[str, Any] | None, *parts: Any) -> int:
    """Put a saved state back into the same parts; return `done`, 0 if nothing was saved."""
    import torch

    if not saved:
        return 0
    for part, values in zip(parts, saved["parts"], strict=True):
        part.load_state_dict(values)
    torch.set_rng_state(saved["random"].cpu())
    if saved["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(saved["cuda"].cpu())
    return int(saved["done"])
