"""Which film will you like? Matrix factorisation: five gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor

from skills.data import load

RANK, PENALTY, STEPS, YOU, FEW = 24, 15.0, 12, 20, 10  # YOU is the person who gets advice


def split(ratings: pd.DataFrame) -> Any:
    """Return nine tenths of the ratings and one tenth, the same ones for every seed."""
    return train_test_split(ratings, test_size=0.1, random_state=0)


def fill(ratings: pd.DataFrame, people: int, films: int) -> Tensor:
    """Return two tables of people by films: the ratings, and 1 where there is one, 0 elsewhere."""
    tables = torch.zeros(2, people, films)
    user, film = torch.tensor(ratings[["user", "film"]].to_numpy().T)
    tables[0, user, film] = torch.tensor(ratings["rating"].to_numpy()).float()
    tables[1, user, film] = 1
    return tables


def expected(left: Tensor, seen: Tensor, ratings: pd.DataFrame) -> Tensor:
    """Return what genres and year, known without any rating, let expect of each film."""
    first = ratings.drop_duplicates("film").sort_values("film")
    year = (first["year"].fillna(1990) - 1990) / 10
    words = first["genres"].str.get_dummies().assign(year=year, square=year**2, one=1)
    known = torch.tensor(words.to_numpy(float)).to(left)
    squares = (known.T * seen.sum(0)) @ known + 20 * torch.eye(known.shape[1]).to(known)
    return known @ torch.linalg.solve(squares, known.T @ (left * seen).sum(0))


def biases(left: Tensor, seen: Tensor, people: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Return how far each person and film is off, in turn; few ratings pull towards 0."""
    for _ in range(steps):
        # TODO 1: for each film, add up what is left of its ratings once the people are taken off,
        # and divide by the number of its ratings plus 5; then the same for people.
        raise NotImplementedError("TODO 1: how far films and people are off")
    return people, films


def solve(left: Tensor, seen: Tensor, other: Tensor) -> Tensor:
    """Return the factors of each row: ridge regression of what is left on the others' factors."""
    products = other[:, :, None] * other[:, None, :]  # of the factors of each of the others
    # TODO 2: a row's normal equation is (sum of the products of those it has rated + PENALTY times
    # the identity) f = sum of what is left times their factors. Solve it for all rows at once.
    raise NotImplementedError("TODO 2: the factors of each row")


def rmse(table: Tensor, ratings: pd.DataFrame) -> float:
    """Return the root of the mean squared error of a table of predictions, in stars."""
    user, film = torch.tensor(ratings[["user", "film"]].to_numpy().T)
    error = table.cpu()[user, film] - torch.tensor(ratings["rating"].to_numpy())
    # TODO 3: the root of the mean of the squared errors, as a plain number.
    raise NotImplementedError("TODO 3: the root mean squared error")


def best(guess: Tensor, seen: Tensor, person: int, count: int) -> list[int]:
    """Return the films of highest guess that the person has not rated but FEW others have."""
    # TODO 4: leave out what the person has rated, and films with fewer than FEW ratings.
    raise NotImplementedError("TODO 4: the best films for a person")


def run(ratings: pd.DataFrame, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the progress of all four models and what each reaches on the ratings put aside."""
    for name, column in (("user", "userId"), ("film", "movieId")):  # numbers from 0 on
        ratings = ratings.assign(**{name: ratings[column].astype("category").cat.codes.astype(int)})
    size, (train, test) = (ratings["user"].max() + 1, ratings["film"].max() + 1), split(ratings)
    table, seen = fill(train, *size).to(device)
    mean = table.sum() / seen.sum()
    left = (table - mean) * seen  # what is left to explain
    people, films = biases(left, seen, torch.zeros(size[0]).to(device), 10)
    yield {"stage": "mean", "metrics": {"rmse": rmse(mean.expand(size), test)}}
    yield {"stage": "biases", "metrics": {"rmse": rmse(mean + people[:, None] + films, test)}}
    prior = expected(left - people[:, None], seen, ratings)
    left, base = (left - prior) * seen, mean + prior
    people, films = biases(left, seen, people, 10)
    yield {"stage": "genres", "metrics": {"rmse": rmse(base + people[:, None] + films, test)}}
    theirs = torch.randn(size[1], RANK, generator=torch.Generator().manual_seed(seed)).to(left)
    for step in range(1, STEPS + 1):
        # TODO 5: solve for the factors of people (mine), given those of films (theirs), from what
        # is left without people's and films' biases; then for those of films. Mind the transposes.
        raise NotImplementedError("TODO 5: one step of alternating least squares")
        people, films = biases((left - mine @ theirs.T) * seen, seen, people, 1)
        guess = base + people[:, None] + films + mine @ theirs.T
        yield {"stage": "factors", "step": step, "total": STEPS, "loss": rmse(guess, train)}
    titles = ratings.drop_duplicates("film").set_index("film")["title"]
    chosen = [[titles[n], float(guess[YOU, n])] for n in best(guess, seen, YOU, 10)]
    yield {"stage": "factors", "metrics": {"rmse": rmse(guess, test)}, "made": {"best": chosen}}


if __name__ == "__main__":
    for progress in run(load("movielens")):
        print({name: value for name, value in progress.items() if name != "made"})
