"""The report of what was trained: complete, and safe to open whatever the records hold."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from learner_samples import NOW, make_run

from assistant.learner.portfolio import MARKDOWN, PAGE, files
from assistant.learner.records import Curve, Records
from skills.exercise import catalogue

EVIL = "<script>alert(1)</script>\"'&|`*_[x](javascript:y)"


def report(*runs, **fields):
    return files(Records(runs=runs, **fields), catalogue(), NOW)


class Tags(HTMLParser):
    """Collects the tags of a page and checks that they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_it_tells_result_baseline_machine_data_seed_day_and_code():
    run = make_run(seed=17, code="import torch\nprint('mine')\n")
    made = report(run, profile={"name": "Ada"})
    for text in (made[MARKDOWN], made[PAGE]):
        for fact in ("97.0%", "90.0%", "Linux, 2 cores", "17", "March 2026", "mine",
                     "Ada", "Read handwritten digits with a CNN", "MNIST"):  # fmt: skip
            assert fact in text, fact
    assert {name for name in made if name.endswith(".svg")} == {
        "curves/cnn_digits-loss.svg", "curves/cnn_digits-accuracy.svg",
    }  # fmt: skip
    for link in re.findall(r"\]\((curves/[^)]+)\)", made[MARKDOWN]):
        assert link in made


def test_only_what_was_passed_stands_in_it_and_failures_are_counted():
    failed = make_run(NOW + timedelta(hours=1), passed=False, metrics={"accuracy": 0.1})
    made = report(make_run(), failed, make_run(exercise="fraud_detection", passed=False))
    assert "1 of 2 passed" in made[MARKDOWN]
    assert "97.0%" in made[MARKDOWN] and "10.0%" not in made[MARKDOWN]
    assert "fraud" not in made[MARKDOWN]
    assert report(failed) == {}


def test_the_learners_own_code_is_called_so():
    assert "My own code" in report(make_run(own=True))[PAGE]
    assert "My own code" not in report(make_run())[PAGE]


@pytest.mark.parametrize("exercise", ["cnn_digits", EVIL])
def test_nothing_that_was_recorded_becomes_a_tag(exercise):
    run = make_run(
        exercise=exercise, device=EVIL, device_reason=EVIL, machine=EVIL, dataset=EVIL,
        code=f"{EVIL}\n</code></pre>{EVIL}\n```\n# not a heading\n```\n", metrics={EVIL: 0.5},
        baseline={"name": EVIL, EVIL: 0.25},
        checks=({"name": EVIL, "passed": True, "value": 1.0, "threshold": 0.5},),
        curves=(Curve(EVIL, EVIL, ((1.0, 1.0), (2.0, 0.5))),),
    )  # fmt: skip
    made = report(run, profile={"name": EVIL})
    page = Tags(made[PAGE])
    assert page.open == []
    assert "script" not in page.seen
    assert set(page.seen) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th",
        "td", "ul", "li", "svg", "rect", "text", "path", "polyline", "dl", "dt", "dd", "details",
        "summary", "pre", "code", "a",
    }  # fmt: skip
    for name, text in made.items():
        if name.endswith(".svg"):
            tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text)}
            assert tags <= {"rect", "text", "path", "polyline"}
            assert re.fullmatch(r"curves/[a-z0-9_-]+\.svg", name)
    outside = re.sub(r"^(`{4,})python\n.*?^\1$", "", made[MARKDOWN], flags=re.DOTALL | re.MULTILINE)
    assert "not a heading" not in outside
    assert "<script" not in outside
    assert not re.search(r"(?<!\\)\]\(javascript", outside)


def test_a_run_without_curves_or_code_still_makes_a_report():
    made = report(make_run(curves=(), code="", machine="", checks=(), metrics={"accuracy": None}))
    assert set(made) == {MARKDOWN, PAGE}
    Tags(made[PAGE])


def test_flat_and_long_curves_are_drawn_inside_the_picture():
    curves = (
        Curve("cnn", "flat", ((1.0, 0.5), (2.0, 0.5))),
        Curve("cnn", "loss", tuple((float(x), 1e9 / x) for x in range(1, 201))),
    )
    made = report(make_run(curves=curves))
    for name in ("flat", "loss"):
        picture = ElementTree.fromstring(made[f"curves/cnn_digits-{name}.svg"])
        width, height = float(picture.get("width")), float(picture.get("height"))
        (line,) = picture.iter("{http://www.w3.org/2000/svg}polyline")
        for point in line.get("points").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width and 0 <= y <= height
