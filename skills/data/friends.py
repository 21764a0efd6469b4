"""Two small graphs of who knows whom."""

from typing import TYPE_CHECKING, Any

from skills.data.dataset import Dataset, needs

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Graph = dict[str, Any]


def load() -> dict[str, Graph]:
    """Return the graphs "karate" and "miserables": names, a symmetric float64 matrix, sides.

    `sides` are int64, 0 for those who stayed with the instructor and 1 for those who left with the
    officer; the novel has none.
    """
    with needs("networkx", "friends"):
        import networkx
    import numpy as np

    karate, novel = networkx.karate_club_graph(), networkx.les_miserables_graph()
    sides = [int(karate.nodes[node]["club"] == "Officer") for node in karate]
    return {
        "karate": {
            "names": [f"member {node + 1}" for node in karate],
            "matrix": _matrix(networkx.to_numpy_array(karate, weight=None)),
            "sides": np.array(sides),
        },
        "miserables": {
            "names": list(novel),
            "matrix": _matrix(networkx.to_numpy_array(novel)),
            "sides": None,
        },
    }


def _matrix(values: Any) -> "npt.NDArray[np.float64]":
    import numpy as np

    return np.asarray(values, np.float64)


DATASET = Dataset(
    id="friends",
    title="Zachary's karate club and Les Misérables",
    rows=34,
    describes="members of a karate club that split in two, and 77 characters of a novel",
    source="Zachary 1977, and Knuth's Stanford GraphBase; shipped with networkx",
    url="https://networkx.org/documentation/stable/reference/generators.html#social-networks",
    licence="facts from publications; packaged by networkx (BSD-3-Clause)",
    package="networkx",
    load=load,
)
