"""What people say to Lodestar, sorted by what they want: the texts its own classifier learns."""

from pathlib import Path
from zlib import crc32

from skills.data.dataset import Dataset

FOLDER = Path(__file__).resolve().parents[2] / "assistant" / "language" / "intents"
INTENTS, EACH = 57, 45


def load() -> dict[str, list[str]]:
    """Return 57 intents, by name, with 45 utterances each; what is out of scope is left out.

    The files of the assistant are read as data: nothing of its code is imported. Which utterances
    are drawn depends on their text alone, so new ones change few of them.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - safe
        texts = {text.casefold(): text for text in document["utterances"]}.values()
        found[path.stem] = sorted(texts, key=lambda text: crc32(text.encode()))[:EACH]
    found.pop("out_of_scope")
    return found


DATASET = Dataset(
    id="utterances",
    title="What people say to Lodestar",
    rows=INTENTS * EACH,
    describes="utterances of 57 intents, such as asking for a salary, a comparison or a quiz",
    source="written for Lodestar's own intent classifier, and read from its files",
    url="",
    licence="MIT, as Lodestar itself",
    package="lodestar-ml",
    load=load,
)
