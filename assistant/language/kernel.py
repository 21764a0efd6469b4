"""Kernel ridge regression on sentence vectors and n-grams, with exact held-out scores.

One Cholesky factorisation gives the model and, in closed form, what it would have said about
each example had it not seen it, or had it not seen any example of its class (Rasmussen and
Williams 2006, section 5.4.2). Thresholds and calibration come from those, without refitting.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


class KernelRidge:
    """exp(sharpness · (cosine − 1)) over sentence vectors, plus a linear kernel over n-grams.

    The first is expanded over `landmarks` examples (Nyström; Williams and Seeger 2001), so that
    a prediction costs the same however many examples there were.
    """

    def __init__(
        self,
        sharpness: float = 3.0,
        shares: Sequence[float] = (0.3, 0.15),
        ridge: float = 0.2,
        landmarks: int = 2048,
    ) -> None:
        self.sharpness = sharpness
        self.shares = shares
        self.ridge = ridge
        self.landmarks = landmarks

    def fit(self, vectors: Floats, grams: Sequence[Any], targets: Floats) -> "KernelRidge":
        """Solve for the weights of `targets`, float32 of shape (examples, outputs).

        `vectors` are unit rows, `grams` one scipy CSR matrix per entry of `shares`. Keeps the
        inverse for `held_out` until `forget`. Needs 8 bytes × examples² of memory.
        """
        from scipy.linalg import cho_solve, cholesky

        self.chosen_ = chosen = spread(targets.argmax(axis=1), self.landmarks)
        self.landmarks_ = np.ascontiguousarray(vectors[chosen])
        self.classes_ = targets[chosen].argmax(axis=1)
        exact = len(chosen) == len(vectors)
        root = None if exact else self._root()
        kernel = self._kernel(vectors, root)
        _add_grams(kernel, grams, self.shares)
        kernel[np.diag_indices_from(kernel)] += np.float32(self.ridge)
        factor = cholesky(kernel, lower=True, overwrite_a=True, check_finite=False)
        del kernel
        self.dual_ = cho_solve((factor, True), targets, check_finite=False)
        self.inverse_ = _inverse(factor)
        self.weights_ = self.dual_ if root is None else self._expanded(vectors, root)
        self.gram_weights_ = [
            np.ascontiguousarray(share * (matrix.T @ self.dual_), dtype=np.float32)
            for share, matrix in zip(self.shares, grams, strict=True)
        ]
        return self

    def held_out(self, targets: Floats, groups: Sequence[Integers]) -> Floats:
        """Return for each example the outputs of the model fitted without its whole group.

        `groups` are ascending positions; what belongs to none of them keeps its target.
        """
        found: Floats = targets.copy()
        for rows in groups:
            block = self.inverse_[np.ix_(rows, rows)]
            block = np.tril(block) + np.tril(block, -1).T
            found[rows] -= np.linalg.solve(block, self.dual_[rows])
        return found

    def nearest(self, vectors: Floats, groups: Sequence[Integers], labels: int) -> Floats:
        """Return each training example's highest cosine with a landmark outside its group.

        Only landmarks whose class is below `labels` count.
        """
        kept = self.classes_ < labels
        group = np.full(len(vectors), -1)
        for number, members in enumerate(groups):
            group[members] = number
        other = group[self.chosen_[kept]]
        found = np.empty(len(vectors), dtype=np.float32)
        for start in range(0, len(vectors), 1024):
            rows = slice(start, start + 1024)
            cosines = vectors[rows] @ self.landmarks_[kept].T
            cosines[group[rows, None] == other] = -1
            found[rows] = cosines.max(axis=1)
        return found

    def forget(self) -> None:
        """Drop what only `held_out` and `nearest` need."""
        del self.dual_, self.inverse_, self.chosen_

    def _root(self) -> Floats:
        from scipy.linalg import cholesky

        similar = self.expand(self.landmarks_ @ self.landmarks_.T)
        similar[np.diag_indices_from(similar)] += np.float32(1e-4)
        root: Floats = cholesky(similar, lower=True, overwrite_a=True, check_finite=False)
        return root

    def _kernel(self, vectors: Floats, root: Floats | None) -> Floats:
        from scipy.linalg import solve_triangular

        similar = self.expand(vectors @ self.landmarks_.T)
        if root is None:
            return similar
        features = solve_triangular(root, similar.T, lower=True, check_finite=False).T
        kernel: Floats = features @ features.T
        return kernel

    def _expanded(self, vectors: Floats, root: Floats) -> Floats:
        from scipy.linalg import cho_solve

        similar = self.expand(vectors @ self.landmarks_.T)
        weights: Floats = cho_solve((root, True), similar.T @ self.dual_, check_finite=False)
        return weights

    def cosines(self, vectors: Floats) -> Floats:
        """Return the cosines of unit vectors with the landmarks, (texts, landmarks).

        Landmarks kept as float16 give them within 0.001, from half the memory in half the time.
        """
        if self.landmarks_.dtype != np.float16:
            return np.asarray(vectors @ self.landmarks_.T)
        from simsimd import cdist

        half = np.asarray(vectors, np.float16)
        return np.asarray(cdist(half, self.landmarks_, metric="dot", out_dtype="float32"))

    def expand(self, cosines: Floats) -> Floats:
        """Return the kernel of sentence vectors from their cosines with the landmarks."""
        similar: Floats = cosines - np.float32(1)
        similar *= np.float32(self.sharpness)
        return np.exp(similar, out=similar)

    def outputs(self, cosines: Floats, rows: Sequence[Sequence[tuple[Integers, Floats]]]) -> Floats:
        """Return outputs of shape (texts, outputs) from landmark cosines and n-gram rows.

        `rows` holds for each text one sparse row (columns, values) per kind of n-gram.
        """
        found: Floats = self.expand(cosines) @ self.weights_
        for index, kinds in enumerate(rows):
            for (columns, values), weights in zip(kinds, self.gram_weights_, strict=True):
                found[index] += values @ weights[columns].astype(np.float32)
        return found


def spread(classes: Integers, at_most: int) -> Integers:
    """Return up to `at_most` positions, ascending, the classes in turn, seeded."""
    if len(classes) <= at_most:
        return np.arange(len(classes))
    order = np.random.default_rng(0).permutation(len(classes))
    turn = np.empty(len(classes), dtype=np.int64)
    for label in np.unique(classes):
        members = order[classes[order] == label]
        turn[members] = np.arange(len(members))
    return np.sort(order[np.argsort(turn[order], kind="stable")][:at_most])


def families(vectors: Floats, classes: Integers, alike: float) -> list[Integers]:
    """Return groups of examples of one class, linked where their cosine reaches `alike`.

    Each example is in one group; positions ascend. Near-copies held out one at a time vouch for
    each other, and what was measured so promises too much.
    """
    from scipy.sparse.csgraph import connected_components

    groups: list[Integers] = []
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        count, member = connected_components(vectors[rows] @ vectors[rows].T >= alike)
        groups.extend(rows[member == number] for number in range(count))
    return groups


def _add_grams(kernel: Floats, grams: Sequence[Any], shares: Sequence[float]) -> None:
    for share, matrix in zip(shares, grams, strict=True):
        transposed = matrix.T.tocsr()
        for start in range(0, len(kernel), 1024):
            rows = slice(start, start + 1024)
            kernel[rows] += np.float32(share) * (matrix[rows] @ transposed).toarray()


def _inverse(factor: Floats) -> Floats:
    """Return the lower triangle of the inverse from a lower Cholesky factor, in its place."""
    from scipy.linalg.lapack import spotri

    inverse, status = spotri(factor, lower=1, overwrite_c=1)
    if status:
        raise np.linalg.LinAlgError("the kernel is singular; raise `ridge`")
    found: Floats = inverse
    return found
