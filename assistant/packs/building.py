"""A knowledge pack made searchable; vectors of passages that did not change are taken over."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.compiled import MODEL
from assistant.compiling import (
    MADE_WITH,
    names_of,
    put,
    questions_table,
    taken_over,
    told,
    words_of,
    write_json,
)
from assistant.language import matcher
from assistant.mind import Mind, Say
from assistant.questions import Questions
from assistant.search import Floats, SearchIndex
from assistant.wordings import Wordings
from knowledge import library as knowledge
from knowledge.schema import Entry


def build(entries: Sequence[Entry], folder: Path, mind: Mind, last: Path | None, say: Say) -> int:
    """Compile a pack into `folder`; return how many passages were embedded.

    `mind` is Lodestar's own; `last` an earlier compiled form of the pack, whose vectors serve
    again where the encoder is still the same.
    """
    embedded = 0

    def encode(texts: Sequence[str]) -> Floats:
        nonlocal embedded
        embedded += len(texts)
        return mind.encoder.encode(texts)

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as name:
        work = Path(name) / "made"
        work.mkdir(0o700)
        searched = knowledge.write(entries, work)
        texts, gists = [item.text for item in searched], [item.gist for item in searched]
        step = told(encode, f"Reading the passages of {folder.name.split('-')[1]}", say)
        before = taken_over(last, SearchIndex) if last else None
        SearchIndex.build(texts, step, before, gists).save(work)
        library = knowledge.Library(work)
        write_json(work / "names.json", names_of(library))
        table = questions_table(library, mind.names, texts)
        write_json(work / "questions.json", table)
        asking = [texts[row] for row in Questions(table).rows]
        matching = mind.encoder.matching
        asked = taken_over(last, Wordings) if last else None
        Wordings.build(asking, matching, matcher.version(), asked).save(work)
        write_json(work / "words.json", {"known": sorted(words_of(texts))})
        write_json(work / MADE_WITH, MODEL)
        put(work, folder)
    return embedded
