"""Mistakes that the syntax tree shows, mostly by comparing it with the solution's.

Code may differ from the solution's in a hundred right ways, so what is seen here counts only if
a check failed, but for a device that is written into the code.
"""

import ast
from collections.abc import Iterator

from skills.judge.notebook import Notebook

AXES = {"argmax", "argmin", "softmax", "log_softmax", "mean", "sum", "std", "var", "max", "min",
        "cumsum", "cat", "stack", "concatenate", "average", "median", "percentile", "quantile",
        "norm", "normalize", "squeeze", "unsqueeze", "logsumexp", "sort", "argsort", "topk",
        "amax", "amin", "prod", "diff", "any", "all", "Softmax", "LogSoftmax"}  # fmt: skip
OPERATORS = {"torch", "np", "numpy", "F"}  # names before a function whose first argument is data
COUNTS = {"sum", "count", "count_nonzero", "item", "mean"}


class Syntax:
    """Reads the learner's tree once."""

    def __init__(self, notebook: Notebook, reference: str) -> None:
        self._notebook, self._right = notebook, ast.parse(reference)
        self._read = False

    def install(self) -> None:
        """Nothing to hook."""

    def look(self, *, complete: bool) -> None:
        """Note what the tree shows."""
        if self._read:
            return
        self._read = True
        self._thrown_away()
        self._device()
        self._divisions()
        self._axes()
        self._bounds()
        self._probabilities()

    def _device(self) -> None:
        mine, right = (_functions(tree).get("run") for tree in (self._notebook.tree, self._right))
        nodes = list(ast.walk(self._notebook.tree))
        asked = {part for node in nodes if isinstance(node, ast.Compare)
                 for part in (node.left, *node.comparators)}  # fmt: skip
        for node in nodes:
            if node not in asked and _cuda(node) and "is_available" not in self._notebook.text:
                evidence = "the device is written into the code, whatever `run` is given"
                line = getattr(node, "lineno", None)
                self._notebook.note("wrong_dtype_or_device", evidence, line)
        if mine and right and "device" in _used(right) and "device" not in _used(mine):
            evidence = "`run` never uses its `device`"
            self._notebook.note("wrong_dtype_or_device", evidence, mine.lineno)

    def _thrown_away(self) -> None:
        for node in ast.walk(self._notebook.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp | ast.Compare):
                evidence = f"`{ast.unparse(node)}` stands alone on its line"
                self._notebook.note("thrown_away", evidence, node.lineno, sure=False)

    def _divisions(self) -> None:
        right = {ast.unparse(node) for node in _floors(self._right)}
        for node in _floors(self._notebook.tree):
            if ast.unparse(node) not in right:
                evidence = f"`{ast.unparse(node)}` drops the fraction"
                self._notebook.note("integer_division", evidence, node.lineno, sure=False)

    def _axes(self) -> None:
        right = _axes(self._right)
        mine = _axes(self._notebook.tree)
        for name in mine.keys() & right.keys():
            for axis, line in mine[name].items():
                if axis not in right[name] and {axis, *right[name]} <= {0, 1, 2, 3}:
                    evidence = f"`{name}` runs along axis {axis}"
                    self._notebook.note("wrong_axis", evidence, line, sure=False)

    def _bounds(self) -> None:
        right = {name: _bounds(node) for name, node in _functions(self._right).items()}
        for name, node in _functions(self._notebook.tree).items():
            known = right.get(name, {})
            for base, offsets in _bounds(node).items():
                wrong = offsets.keys() - known.get(base, offsets).keys()
                for offset in wrong:
                    near = any(abs(offset - other) == 1 for other in known[base])
                    if near and known[base].keys() - offsets.keys():
                        evidence = f"`{base}` is meant, and has {offset:+d}"
                        line = offsets[offset]
                        self._notebook.note("off_by_one_window", evidence, line, sure=False)

    def _probabilities(self) -> None:
        for node in ast.walk(self._notebook.tree):
            if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Call):
                continue
            called = node.value.func
            part = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
            row = isinstance(part, ast.Constant) and isinstance(part.value, int)
            if isinstance(called, ast.Attribute) and called.attr == "predict_proba" and row:
                evidence = "this takes a row of predict_proba, where a column was meant"
                self._notebook.note("wrong_axis", evidence, node.lineno, sure=False)


def _cuda(node: ast.AST) -> bool:
    """Return whether this is the text "cuda" or a call of `.cuda()`, but not torch.cuda itself."""
    if isinstance(node, ast.Constant):
        return str(node.value).partition(":")[0] == "cuda"
    named = isinstance(node, ast.Attribute) and node.attr == "cuda"
    return named and ast.unparse(node) != "torch.cuda"


def _functions(tree: ast.AST) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _used(function: ast.FunctionDef) -> set[str]:
    return {node.id for part in function.body for node in ast.walk(part)
            if isinstance(node, ast.Name)}  # fmt: skip


def _floors(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield divisions that round down: `a // b` and `int(a / b)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            inside = list(ast.walk(node.left))
            counted = any(isinstance(x, ast.Call) and _name(x.func) in COUNTS for x in inside)
            if counted or any(isinstance(x, ast.Compare) for x in inside) or _plain(node):
                yield node
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            and node.func.id == "int" and node.args and isinstance(node.args[0], ast.BinOp)
            and isinstance(node.args[0].op, ast.Div)
        ):  # fmt: skip
            yield node


def _plain(node: ast.BinOp) -> bool:
    """Return whether a division is of one name by another, or by a length."""
    right = isinstance(node.right, ast.Name) or (
        isinstance(node.right, ast.Call) and _name(node.right.func) == "len"
    )
    return isinstance(node.left, ast.Name) and right


def _axes(tree: ast.AST) -> dict[str, dict[int, int]]:
    """Return the line of each axis that a function is called with, by the function's name."""
    found: dict[str, dict[int, int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _name(node.func)) in AXES:
            for axis in _axis(node):
                found.setdefault(name, {})[axis] = node.lineno
    return found


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _axis(node: ast.Call) -> Iterator[int]:
    values = [word.value for word in node.keywords if word.arg in {"axis", "dim"}]
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    of_module = isinstance(owner, ast.Name) and owner.id in OPERATORS
    is_layer = _name(node.func)[:1].isupper()
    place = 1 if of_module and not is_layer else 0
    if len(node.args) > place:
        values.append(node.args[place])
    for value in values:
        if isinstance(value, ast.Constant) and type(value.value) is int:
            yield value.value


def _bounds(function: ast.AST) -> dict[str, dict[int, int]]:
    """Return what ranges and slices end or start at: by expression, the offset and its line."""
    found: dict[str, dict[int, int]] = {}
    for node in ast.walk(function):
        for form, part in _ends(node):
            if part is not None and not isinstance(part, ast.Constant):
                base, offset = _offset(part)
                found.setdefault(form.format(base), {})[offset] = part.lineno
    return found


def _ends(node: ast.AST) -> list[tuple[str, ast.expr | None]]:
    if isinstance(node, ast.Call) and _name(node.func) == "range":
        return [("range({})", part) for part in node.args]
    if isinstance(node, ast.Slice):
        return [("[{}:]", node.lower), ("[:{}]", node.upper)]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp):
        return [("[{}]", node.slice)]
    return []


def _offset(node: ast.expr) -> tuple[str, int]:
    """Return an expression without the whole number added to it, and that number."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        sign = 1 if isinstance(node.op, ast.Add) else -1
        if isinstance(node.right, ast.Constant) and type(node.right.value) is int:
            base, offset = _offset(node.left)
            return base, offset + sign * node.right.value
    return ast.unparse(node), 0
