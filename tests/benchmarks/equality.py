"""Whether the quantised sentence model answers as the one in float32 does.

The messages are the turns of `tests/stories`, each story a conversation, and the development
questions of `../shared/data/questions_dev.jsonl` where they are. Compared are status, intent and
first source of each reply. Both sides share the compiled knowledge, made with the quantised
model (the vectors of the passages and the classifier trained on its vectors), and differ in the
model that reads the messages; with `whole`, the other side's knowledge is compiled with the
float32 model as well, classifier and matcher's wordings included, which takes minutes.
"""

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.commands.common import load_mind
from assistant.conversation import Conversation
from assistant.language import encoder as encoding
from assistant.language import matcher
from assistant.language.finetune import frozen
from assistant.language.matcher_training import forward
from assistant.mind import Mind

ROOT = Path(__file__).parents[2]
STORIES, QUESTIONS = ROOT / "tests" / "stories", ROOT.parent / "shared/data/questions_dev.jsonl"
COMPARED = ("status", "intent", "source")
GOAL, TODAY = 0.99, date(2026, 1, 1)


def conversations() -> list[list[str]]:
    """Return the messages of each conversation."""
    found = [
        [turn["say"] for turn in story["turns"]]
        for path in sorted(STORIES.glob("*.yaml"))
        for story in yaml.safe_load(path.read_text("utf-8"))
    ]
    if QUESTIONS.exists():
        found += [[json.loads(line)["text"]] for line in QUESTIONS.read_text("utf-8").splitlines()]
    return found


def figures(whole: bool = False) -> dict[str, Any]:
    """Return how many replies there are, the share that is the same, and those that differ."""
    mind = load_mind().own()
    with exact(mind, whole) as other:
        pairs = [
            (text, _said(one, text), _said(two, text))
            for turns in conversations()
            for one, two in [(Conversation(mind, today=TODAY), Conversation(other, today=TODAY))]
            for text in turns
        ]
    different = [pair for pair in pairs if pair[1] != pair[2]]
    return {
        "compared": "knowledge and messages" if whole else "messages",
        "replies": len(pairs),
        "same": 1 - len(different) / len(pairs),
        **{
            f"same_{name}": sum(ours[at] == theirs[at] for _, ours, theirs in pairs) / len(pairs)
            for at, name in enumerate(COMPARED)
        },
        "different": [
            {"text": text, "quantised": ours, "float32": theirs} for text, ours, theirs in different
        ],
    }


@contextlib.contextmanager
def exact(mind: Mind, whole: bool) -> Iterator[Mind]:
    """Yield a mind whose messages, or all of whose texts, are read by the float32 model."""
    model = encoding.from_bytes(frozen())
    layers = matcher.trained(dict(np.load(matcher.WEIGHTS, allow_pickle=False)))
    model.matcher = lambda states: _matched(layers, states)
    if not whole:
        yield Mind(mind.folder, mind.cache, lambda: model)
        return
    from assistant.compiling import compile_mind

    def say(step: str, share: float | None = None) -> None:
        if not share:
            sys.stderr.write(f"float32: {step}\n")

    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        yield Mind(compile_mind(cache, lambda: model, say), cache, lambda: model)


def _matched(layers: Any, states: Any) -> Any:
    import torch

    with torch.no_grad():
        return forward(layers, [torch.from_numpy(states[0])]).numpy()


def _said(conversation: Conversation, text: str) -> tuple[str, str, str]:
    reply = conversation.respond(text)
    return reply.status, reply.intent, reply.sources[0].id if reply.sources else ""


def table(found: dict[str, Any]) -> str:
    """Return the share as a Markdown table, with the replies that differ below it."""
    each = [f"{found[f'same_{name}']:.2%}" for name in COMPARED]
    rows = [
        f"| read by the float32 model | replies | same {' | same '.join(COMPARED)} | same in all "
        "three | goal |",
        "| --- |" + " ---: |" * 6,
        f"| {found['compared']} | {found['replies']} | {' | '.join(each)} | {found['same']:.2%} "
        f"| {GOAL:.0%} |", "",
    ]  # fmt: skip
    for item in found["different"]:
        rows.append(f"- {item['text']!r}: {item['quantised']}, float32 {item['float32']}")
    return "\n".join(rows)
