"""Lodestar at a terminal with the toy, an answer that holds every kind of block, and no GPU."""

import importlib.util
import os
from pathlib import Path

from assistant.learner.session import Session
from assistant.reply import Bullets, Code, Plot, Reference, Reply, Table, Text, Tree
from assistant.terminal import bar

spec = importlib.util.spec_from_file_location(
    "toy_chat", Path(__file__).parents[1] / "learner" / "toy_chat.py"
)
toy_chat = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toy_chat)

STEPS = int(os.environ.get("TOY_STEPS", "3"))  # of the second stage, which is drawn as it goes
EVERYTHING = Reply(
    "answered", "define",
    (
        Text("A **paragraph** that flows over more than one line on a narrow terminal, with "
             "`code` in it.\n\n1. A step.\n2. Another, long enough to be broken on a terminal of "
             "forty columns.\n\np(y = 1 | x) = 1 / (1 + exp(−(w·x + b)))"),
        Bullets(("short", "日本語の文はどこでも折り返せるので幅を二つと数える"), "Some points"),
        Table(("Model", "Score"), (("forest", "0.91"), ("木 🌲", "0.87")), "Two columns"),
        Table(("Occupation", "Range", "How well it fits"),
              (("統計家", "$64,000 to $174,000", "partly: posts with a statistical title in "
                "health and government"), ("Analysts", "$20,000 to $90,000", "directly")),
              "Wages", ((64.0, 174.0), (20.0, 90.0)), drawn=1),
        Tree("Before backpropagation, know", needs=(
            Tree("chain rule", "The rule for a composed function: 掛け算で微分をつなぐ。",
                 (Tree("derivative", needs=(Tree("limit 🎯"),)), Tree("product"))),
            Tree("loss function", "What training makes small."),
        ), more=2),
        Table(("Model", "Reads", "When"),
              (("forest", "tables", "first"), ("ニューラル網", "pictures and sound 🎧", "later"))),
        Code("def mean(values):\n    return sum(values) / len(values)  # of 3"),
        Plot({"loss": tuple(1 / step for step in range(1, 30))}, "Loss"),
    ),
    question="everything",
    sources=(Reference("a", "A book with a long title", "https://example.org/a/long/path/to/it"),),
    suggestions=("What is overfitting?", "Show me code for overfitting"),
)  # fmt: skip
respond = Session.respond


def everything(session, talk, text):
    """Return the answer that holds everything, where that is asked for."""
    return EVERYTHING if text == "everything" else respond(session, talk, text)


def story(values, seed, device):
    """Yield what a solution would: two stages, the second with a curve of many steps."""
    yield {"stage": "plain", "metrics": {"score": 0.5}}
    for step in range(1, STEPS + 1):
        yield {"stage": "good", "step": step, "total": STEPS, "loss": 1 / step}
    yield {"stage": "good", "metrics": {"score": 0.75}, "timings": {"ms": 2}}


Session.respond = everything
toy_chat.toys._story = story
bar.seen = lambda: "no GPU seen"

if __name__ == "__main__":
    from assistant.cli import main

    main()
