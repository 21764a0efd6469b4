"""The commands as others call them: real processes, their output, exit codes and imports."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from threadpoolctl import threadpool_info

from assistant.cli import main
from assistant.commands.common import THREADS, play_exercise

HEAVY = (
    "torch",
    "sklearn",
    "sentence_transformers",
    "transformers",
    "pydantic",
    "bm25s",
    "onnx",
    "fsrs",
)


def lodestar(home: Path, *arguments: str, stdin: str | bytes = "", code: int = 0) -> str:
    """Run the command and return its stdout; fails unless it exits with `code`."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-c", "from assistant.cli import main; main()", *arguments],
        input=data,
        capture_output=True,
        env=os.environ | {"LODESTAR_HOME": str(home)},
        timeout=300,
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done.stdout.decode() if code == 0 else done.stderr.decode()


def test_ask_answers_in_plain_text_with_a_source(ready: Path) -> None:
    text = lodestar(ready, "ask", "what is overfitting?")
    assert "training" in text and "Source: " in text
    assert "\x1b" not in text and "…" not in text


def test_ask_json_has_the_fields_of_the_contract(ready: Path) -> None:
    reply = json.loads(lodestar(ready, "ask", "CNN vs RNN", "--json"))
    assert set(reply) >= {
        "question", "status", "intent", "confidence", "entities", "text", "blocks", "sources",
        "suggestions", "actions", "ms",
    }  # fmt: skip
    assert reply["status"] == "answered" and reply["intent"] == "compare"
    assert {entity["id"] for entity in reply["entities"]} == {
        "convolutional_neural_network", "recurrent_neural_network",
    }  # fmt: skip
    assert all(set(source) == {"id", "title", "url"} for source in reply["sources"])
    assert "table" in [block["type"] for block in reply["blocks"]]


def test_batch_keeps_order_and_takes_every_form_of_line(ready: Path) -> None:
    lines = [
        json.dumps({"text": "what is a decision tree?"}),
        "what is clustering?",
        json.dumps({"turns": ["what is a GAN?", "tell me more"], "tag": 7}),
        json.dumps({"text": "bake me a cake"}),
    ]
    out = [json.loads(line) for line in lodestar(
        ready, "ask", "--batch", "-", "--json", stdin="\n".join(lines)
    ).splitlines()]  # fmt: skip
    assert [item.get("question") for item in out[:2]] == [
        "what is a decision tree?", "what is clustering?",
    ]  # fmt: skip
    assert out[2]["tag"] == 7 and len(out[2]["replies"]) == 2
    assert out[2]["replies"][0]["text"] != out[2]["replies"][1]["text"]
    assert out[3]["status"] == "out_of_scope"


def test_pipe_is_one_conversation_and_ends_with_zero(ready: Path) -> None:
    text = lodestar(ready, stdin="what is a random forest?\n\nand gradient boosting?\nbye\n")
    assert "forest" in text and "boosting" in text.casefold()


@pytest.mark.parametrize(
    "stdin",
    [b"\x00\xff\xfe\x80\n", b"\x1b[31mwhat is\x1b[0m a CNN?\n", "什么是深度学习\n".encode()],
)
def test_pipe_survives_any_bytes(ready: Path, stdin: bytes) -> None:
    assert "\x1b" not in lodestar(ready, stdin=stdin)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask"], 2, "Nothing was asked"),
        (["knowledge", "show", "no_such_entry"], 2, "no entry"),
        (["knowledge", "list", "fruit"], 2, "no kind"),
        (["exercise", "run", "no_such_exercise"], 2, "no exercise"),
        (["path", "astronaut"], 2, "no role"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_wrong_usage_says_what_to_do(
    ready: Path, arguments: list[str], code: int, said: str
) -> None:
    assert said in lodestar(ready, *arguments, code=code)


def test_knowledge_commands(ready: Path) -> None:
    assert json.loads(lodestar(ready, "knowledge", "find", "convnets", "--json"))["match"][
        "id"
    ] == ("convolutional_neural_network")
    shown = json.loads(lodestar(ready, "knowledge", "show", "random_forest", "--json"))
    assert shown["kind"] == "concept" and shown["sources"]
    stats = json.loads(lodestar(ready, "knowledge", "stats", "--json"))
    assert stats["kinds"]["concept"] >= 45 and stats["sources"] > 100
    hits = json.loads(
        lodestar(ready, "knowledge", "search", "why scale features", "-k", "3", "--json")
    )
    assert len(hits) == 3 and set(hits[0]) == {"id", "passage", "text", "score"}


def test_path_is_ordered_and_within_hours(ready: Path) -> None:
    plan: dict[str, Any] = json.loads(
        lodestar(ready, "path", "data_scientist", "--hours", "5", "--know", "python", "--json")
    )
    weeks = [step["week"] for step in plan["steps"]]
    assert weeks == sorted(weeks) and weeks[0] == 1
    hours = sum(step["hours"] for step in plan["steps"])
    assert plan["weeks"] == math.ceil(hours / 5) >= weeks[-1]
    assert plan["hours_per_week"] == 5
    placed = [step["id"] for step in plan["steps"]]
    assert len(placed) == len(set(placed)) and "python" not in placed
    for number, step in enumerate(plan["steps"]):
        assert set(step["after"]) <= set(placed[:number]), step
    left_out = {item["id"]: item["why"] for item in plan["skipped"]}
    assert left_out.pop("python") == "you know it"
    assert all("Python" in why and "you know it" in why for why in left_out.values())


def imported(home: Path, *arguments: str) -> set[str]:
    """Return the modules that a command has imported when it ends."""
    return imported_by(
        "from assistant.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n",
        home, *arguments,
    )  # fmt: skip


def imported_by(code: str, home: Path, *arguments: str) -> set[str]:
    """Return the modules that are imported once a piece of code has run."""
    told = "import sys, json\nsys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + told, *arguments],
        capture_output=True,
        env=os.environ | {"LODESTAR_HOME": str(home)},
        check=True,
    )
    return set(json.loads(done.stderr.decode().splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "what is a CNN?"], ["exercise", "list"]])
def test_light_commands_import_nothing_heavy(ready: Path, arguments: list[str]) -> None:
    assert imported(ready, *arguments).isdisjoint(HEAVY)


def test_help_imports_no_numpy_either(ready: Path) -> None:
    assert imported(ready, "--help").isdisjoint({"numpy", "onnxruntime", "rich", "yaml"})


def test_the_first_prompt_waits_for_nothing_heavy(ready: Path) -> None:
    code = (
        "from assistant.cli import _compiled_first\n"
        "from assistant.chat import Chat\n"
        "chat = Chat(_compiled_first())\n"
        "chat.welcome()\n"
        "chat.prompt\n"
    )
    modules = imported_by(code, ready)
    assert "prompt_toolkit" in modules
    assert modules.isdisjoint((*HEAVY, "numpy", "onnxruntime", "assistant.conversation"))


def test_one_thread_is_for_questions_alone(ready: Path) -> None:
    code = (
        "import gc, json, os, sys\n"
        "from threadpoolctl import threadpool_info\n"
        "from assistant.commands.common import all_cores, load_mind\n"
        "load_mind()\n"
        "def threads():\n"
        "    return [pool['num_threads'] for pool in threadpool_info()\n"
        "            if pool['internal_api'] == 'openblas']\n"
        "asked = threads()\n"
        "with all_cores():\n"
        "    trained = threads()\n"
        "kept = [name for name in os.environ if name.endswith('_NUM_THREADS')]\n"
        "json.dump([asked, trained, threads(), kept, gc.isenabled()], sys.stdout)\n"
    )
    left = {name: value for name, value in os.environ.items() if name not in THREADS}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=left, check=True)
    asked, trained, after, kept, collects = json.loads(done.stdout)
    assert set(asked) <= {1} and after == asked
    assert trained == [os.cpu_count()] * len(asked)
    assert kept == [] and collects


def test_an_exercise_in_a_conversation_trains_on_all_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def train(*_: Any, **__: Any) -> list[int]:
        pools = threadpool_info()
        return [pool["num_threads"] for pool in pools if pool["internal_api"] == "openblas"]

    alone = train()
    monkeypatch.setattr("assistant.player.run", train)
    assert play_exercise("cnn_digits", quiet=True) == alone  # as the environment says
    for name in THREADS:
        monkeypatch.delenv(name)
    assert play_exercise("cnn_digits", quiet=True) == [os.cpu_count()] * len(alone)


def _interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("stops", "code", "said"),
    [(_interrupted, 130, "\n"), (lambda: click.prompt("Name"), 1, "Aborted!\n")],
)
def test_ctrl_c_is_told_from_the_end_of_input(
    stops: Callable[[], None], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main.commands["doctor"], "callback", lambda mend, as_json: stops())
    done = CliRunner().invoke(main, ["doctor"], input="")
    assert (done.exit_code, done.stderr) == (code, said)


def test_ctrl_c_at_a_question_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda text: _interrupted())
    monkeypatch.setattr(
        main.commands["doctor"], "callback", lambda mend, as_json: click.prompt("Name")
    )
    with pytest.raises(SystemExit) as end:
        main(["doctor"])
    assert end.value.code == 130


def test_a_matcher_is_written_where_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.commands.evaluate.load_mind", lambda: None)
    monkeypatch.setattr("assistant.evaluation.questions.train", lambda mind: {"weight": np.ones(2)})
    target = tmp_path / "matcher"
    done = CliRunner().invoke(main, ["evaluate", "questions", "--train", str(target)])
    assert done.exit_code == 0 and f"Written: {target}." in done.stdout
    assert list(tmp_path.iterdir()) == [target]
    with target.open("rb") as file:
        assert np.load(file)["weight"].tolist() == [1, 1]
