"""Exceptions of the learner's code: said with the learner's own line, and what they often mean."""

import linecache
import re
import traceback

from skills.judge.notebook import Notebook

# What an error's text says about the mistake behind it.
_MEANS = (
    (r"does not require grad|element 0 of tensors does not", "detached_graph"),
    (r"Expected floating point type for target", "detached_graph"),
    (r"shapes cannot be multiplied|could not be broadcast|must match the size of tensor"
     r"|not aligned|mismatch in its core dimension|shape mismatch", "shapes_do_not_fit"),
    (r"expected scalar type|same dtype|must have the same dtype|Float but found|found dtype"
     r"|not implemented for '(Int|Long|Half|Bool)'|expected .*(dtype|scalar type)"
     r"|should be the same|Expected .* type torch\.|got torch\.\w+Tensor", "wrong_dtype_or_device"),
    (r"same device|device type|CUDA|cuda|non CPU tensor", "wrong_dtype_or_device"),
    (r"Dimension out of range|axis \d+ is out of bounds", "wrong_axis"),
    (r"optimizer got an empty parameter list", "parameters_not_registered"),
    (r"Expected more than 1 value per channel when training", "missing_eval"),
)  # fmt: skip


def explain(error: BaseException, notebook: Notebook) -> str:
    """Return an exception in words: the learner's line, what was raised, and the code there.

    Notes the mistake that it is known to mean.
    """
    line = _line(error, notebook)
    text = _text(error)
    said = f"{type(error).__name__}: {text}".rstrip(": ")
    if isinstance(error, NotImplementedError):
        notebook.note("unfinished", said.partition(": ")[2] or "NotImplementedError", line)
        return f"Line {line}: not written yet ({text})" if line else f"Not written yet: {text}"
    if isinstance(error, SystemExit):
        return f"Line {line}: the code ended the program (SystemExit). Leave that out."
    if isinstance(error, MemoryError) or "allocate memory" in said:
        said = "out of memory; a check may use only so much"
    place = line or _returned(error, notebook)
    for pattern, mistake in _MEANS:
        if place and re.search(pattern, text):
            notebook.note(mistake, said.splitlines()[0], place)
            break
    if line is None:
        name = notebook.within(place or 0)
        whose = f"`{name}` (line {place})" if name else "your code"
        return f"What {whose} returned could not be used: {said}"
    source = notebook.text.splitlines()[line - 1].strip()
    where = notebook.within(line)
    place = f"Line {line}, in {where}" if where else f"Line {line}"
    return f"{place}: {said}\n    {source}"


def _text(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception as another:  # a class of the learner's own
        return f"(its text cannot be made: {type(another).__name__})"


def _line(error: BaseException, notebook: Notebook) -> int | None:
    """Return the learner's innermost line; one that the starter gave only if there is no other."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(notebook.path)]
    mine = [line for line in lines if line]
    written = [line for line in mine if not notebook.is_given(line)]
    return next(reversed(written or mine), None)


def _returned(error: BaseException, notebook: Notebook) -> int | None:
    """Return where the learner's function begins that a check had called last, if that shows."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(str(notebook.ours)):
            continue
        for above in range(frame.lineno or 0, 0, -1):
            text = linecache.getline(frame.filename, above)
            for name in re.findall(r"\bwork\.(\w+)", text):
                if line := notebook.begins(name):
                    return line
            if text.startswith("def "):
                break
    return None
