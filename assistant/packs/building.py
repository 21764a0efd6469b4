"""A knowledge pack made searchable; vectors of passages that did not change are taken over."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.compiled import COMPLETE, MODEL
from assistant.compiling import Kept, names_of, questions_table, told, words_of, write_json
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
        work = Path(name)
        searched = knowledge.write(entries, work)
        texts, gists = [item.text for item in searched], [item.gist for item in searched]
        step = told(encode, f"Embedding the passages of {folder.name.split('-')[1]}", say)
        SearchIndex.build(texts, step, _kept(last, SearchIndex), gists).save(work)
        library = knowledge.Library(work)
        write_json(work / "names.json", names_of(library))
        table = questions_table(library, mind.names, texts)
        write_json(work / "questions.json", table)
        asking = [texts[row] for row in Questions(table).rows]
        matching = mind.encoder.matching
        Wordings.build(asking, matching, matcher.version(), _kept(last, Wordings)).save(work)
        write_json(work / "words.json", {"known": sorted(words_of(texts))})
        (work / "model").write_text(MODEL, "utf-8")
        (work / COMPLETE).touch()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work, folder)
    return embedded


def _kept(last: Path | None, kind: type[Kept]) -> Kept | None:
    try:
        same = last is not None and (last / "model").read_text("utf-8") == MODEL
        return kind.open(last) if last and same else None
    except (OSError, ValueError):
        return None
