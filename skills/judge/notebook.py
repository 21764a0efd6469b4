"""Where the findings of a diagnosis are written down, each with a line of the learner's file."""

import ast
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from skills.judge.verdict import Finding, mistakes


@dataclass(slots=True)
class Notebook:
    """The learner's file and what was found in it.

    A sure finding stands by itself; an unsure one is a likely cause, told only if a check failed.
    """

    path: Path
    text: str
    ours: Path
    allows: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()  # lines of the starter, stripped: not the learner's
    tree: ast.Module = field(init=False)
    found: dict[str, tuple[Finding, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the syntax tree; raises SyntaxError."""
        self.tree = ast.parse(self.text, str(self.path))

    def note(
        self,
        mistake: str,
        evidence: str,
        line: int | None = None,
        *,
        sure: bool = True,
        grave: bool = True,
    ) -> None:
        """Write down a mistake; of several findings of the same one the first sure one is kept.

        One that is not `grave` changes no result here, and does not keep the code from passing.
        """
        if mistake in self.allows or (mistake in self.found and self.found[mistake][1] >= sure):
            return
        known = mistakes()[mistake]
        place = line or self.likely(mistake) or 0
        found = Finding(mistake, evidence, place, known.name, known.mend, grave)
        self.found[mistake] = found, sure

    def findings(self, *, failed: bool) -> list[Finding]:
        """Return what was found: sure findings first, and causes before symptoms."""
        order = list(mistakes())
        kept = [(not sure, order.index(id_), found) for id_, (found, sure) in self.found.items()
                if sure or failed]  # fmt: skip
        return [found for _, _, found in sorted(kept, key=lambda item: item[:2])]

    def caller(self) -> int | None:
        """Return the learner's line that is being executed.

        None if the code that called into a library is not the learner's but the exercise's own.
        """
        frame: FrameType | None = sys._getframe(1)
        mine, ours = str(self.path), str(self.ours)
        while frame:
            name = frame.f_code.co_filename
            if name == mine:
                return frame.f_lineno
            if name.startswith(ours):
                return None
            frame = frame.f_back
        return None

    def likely(self, mistake: str, function: str = "") -> int | None:
        """Return the line that most looks like a mistake's, in one function or in the file.

        What the learner wrote comes before what the starter gave. A function without any of the
        mistake's marks has its first line that is the learner's, or its very first.
        """
        marks = mistakes()[mistake].marks
        root = self.function(function) if function else self.tree
        if root is None:
            return None
        lines = sorted(
            (self.is_given(place), marks.index(name), place)
            for node, name, line in _names(root)
            if name in marks and (place := getattr(node, "lineno", 0) or line)
        )
        begins = self.begins(function)
        if lines and (begins is None or not lines[0][0] or self.is_given(begins)):
            return lines[0][2]
        return begins

    def begins(self, function: str) -> int | None:
        """Return the first line of a function that is the learner's, or its very first.

        None if there is no such function.
        """
        root = self.function(function)
        if root is None:
            return None
        lines = range(root.lineno + 1, (root.end_lineno or root.lineno) + 1)
        return next((line for line in lines if not self.is_given(line)), root.lineno)

    def is_given(self, line: int) -> bool:
        """Return whether a line says nothing, or stands in the starter as it is."""
        text = self.text.splitlines()[line - 1].strip()
        return not text or text.startswith(("#", '"""')) or text in self.given

    def function(self, name: str) -> "ast.FunctionDef | ast.ClassDef | None":
        """Return the definition of a function or class by name; the last one counts."""
        nodes = [node for node in ast.walk(self.tree)
                 if isinstance(node, _Definition) and node.name == name]  # fmt: skip
        return nodes[-1] if nodes else None

    def within(self, line: int) -> str:
        """Return the name of the innermost function that holds a line, or an empty text."""
        around = [
            (node.lineno, node.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef)
            and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        return max(around)[1] if around else ""


_Definition = ast.FunctionDef | ast.ClassDef


def _names(root: ast.AST) -> list[tuple[ast.AST, str, int]]:
    found: list[tuple[ast.AST, str, int]] = []
    for node in ast.walk(root):
        if isinstance(node, ast.Attribute):
            found.append((node, node.attr, node.lineno))
        elif isinstance(node, ast.Name):
            found.append((node, node.id, node.lineno))
        elif isinstance(node, ast.keyword) and node.arg:
            found.append((node, node.arg, node.value.lineno))
    return found
