"""The labelled utterances that the intent classifier learns from: one YAML file per intent."""

from pathlib import Path

import yaml

from knowledge.authoring import Fault, KnowledgeError, Loader


def read_utterances(folder: Path) -> dict[str, list[str]]:
    """Return intent → utterances from the files in `folder`.

    Raises KnowledgeError naming file and line where a file has another form than
    `description: text` and `utterances: [text, …]`.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = yaml.load(path.read_text("utf-8"), Loader=Loader)  # noqa: S506 - safe, in C
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            fault = Fault(path.name, line, "YAML", str(error).splitlines()[0], "mend the YAML")
            raise KnowledgeError([fault]) from None
        listed = document.get("utterances") if isinstance(document, dict) else None
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            fault = Fault(path.name, 1, "utterances", "is not a list of texts", "quote each one")
            raise KnowledgeError([fault])
        found[path.stem] = listed
    return found
