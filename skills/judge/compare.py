"""Comparing what came with what was expected, and saying where they part."""

from collections.abc import Mapping
from typing import Any


def difference(got: Any, expected: Any, tolerance: float) -> str:
    """Return how a value differs from what was expected, or an empty text if it does not."""
    if isinstance(expected, Mapping):
        return _of_mappings(got, expected, tolerance)
    if isinstance(expected, list | tuple) and not _numeric(expected):
        return _of_sequences(got, expected, tolerance)
    if expected is None or isinstance(expected, str):
        return "" if got == expected else _said(got, expected)
    return _of_arrays(got, expected, tolerance)


def shown(value: Any) -> str:
    """Return a value as a message shows it: short, numbers rounded."""
    value = plain(value)
    if isinstance(value, float) or (hasattr(value, "ndim") and value.ndim == 0):
        number = value.item() if hasattr(value, "item") else value
        return f"{number:.6g}" if isinstance(number, float) else str(number)
    if hasattr(value, "shape"):
        flat = value.ravel()
        few = ", ".join(shown(item) for item in flat[:6].tolist())
        more = ", …" if flat.size > 6 else ""
        return f"[{few}{more}] of shape {tuple(value.shape)}"
    text = repr(_rounded(value))
    return text if len(text) <= 120 else text[:117] + "…"


def plain(value: Any) -> Any:
    """Return tensors and tables as NumPy arrays, anything else as it is."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()
        return value.numpy()
    return value.to_numpy() if hasattr(value, "to_numpy") else value


def _rounded(value: Any) -> Any:
    """Return rows as they are, their numbers as short as a message shows them."""
    if isinstance(value, list | tuple):
        return type(value)(_rounded(item) for item in value) if type(value) in {list, tuple} else (
            value)  # fmt: skip
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _said(got: Any, expected: Any) -> str:
    return f"expected {shown(expected)}, got {shown(got)}"


def _numeric(values: Any) -> bool:
    return len(values) > 0 and all(isinstance(value, int | float) for value in values)


def _of_mappings(got: Any, expected: Mapping[Any, Any], tolerance: float) -> str:
    if not isinstance(got, Mapping):
        return f"expected a dictionary, got {shown(got)}"
    missing = [str(name) for name in expected if name not in got]
    if missing:
        return f"expected also {', '.join(missing)}, got only {', '.join(map(str, got))}"
    for name, value in expected.items():
        if problem := difference(got[name], value, tolerance):
            return f"{name}: {problem}"
    return ""


def _of_sequences(got: Any, expected: Any, tolerance: float) -> str:
    try:
        got = list(got)
    except TypeError:
        return _said(got, expected)
    if len(got) != len(expected):
        return f"expected {len(expected)} items, got {len(got)}{_odd(got, expected)}"
    for index, (mine, value) in enumerate(zip(got, expected, strict=True)):
        if problem := difference(mine, value, tolerance):
            rows = _is_row(mine) and _is_row(value)
            return f"item {index}: {_said(mine, value) if rows else problem}"
    return ""


def _is_row(value: Any) -> bool:
    plain = isinstance(value, list | tuple) and len(value) <= 6
    return plain and all(item is None or isinstance(item, str | int | float) for item in value)


def _odd(got: Any, expected: Any) -> str:
    """Return the first item that is there and should not be, or the other way round."""
    for told, some, others in (("too many", got, expected), ("missing", expected, got)):
        for item in some:
            known = _is_row(item) or isinstance(item, str | int | float)
            if known and all(difference(item, other, 1e-6) for other in others):
                return f"; {told}: {shown(item)}"
    return ""


def _of_arrays(got: Any, expected: Any, tolerance: float) -> str:
    import numpy as np

    try:
        mine, value = np.asarray(plain(got)), np.asarray(plain(expected))
    except (ValueError, TypeError):
        return _said(got, expected)
    if mine.shape != value.shape:
        if value.ndim == 0:
            return _said(got, expected)
        turned = mine.ndim > 1 and mine.shape == value.shape[::-1]
        return f"expected the shape {value.shape}, got {mine.shape}{', transposed' * turned}"
    if mine.dtype.kind not in "biuf" or value.dtype.kind not in "biuf":
        return "" if bool(np.all(mine == value)) else _said(got, expected)
    close = np.isclose(mine.astype(float), value.astype(float), tolerance, tolerance, True)
    if close.all():
        return ""
    if value.ndim == 0:
        return _said(got, expected)
    place = tuple(int(part) for part in np.argwhere(~close)[0])
    where = place[0] if len(place) == 1 else place
    return f"at {where}: {_said(mine[place], value[place])} ({_how(mine, value, ~close)})"


def _how(mine: Any, value: Any, off: Any) -> str:
    """Return in what way arrays differ: all by one factor, or which share of the places."""
    import numpy as np

    flat, right = mine.astype(float).ravel(), value.astype(float).ravel()
    size = float(right @ right)
    factor = float(flat @ right) / size if size else 0.0
    if flat.size > 1 and factor and np.allclose(flat, factor * right, 1e-4, 1e-9):
        return f"each value is {factor:.4g} times what it should be"
    return f"{off.mean():.0%} differ"
