"""What is drawn: bars, heat maps, images, trees, at three widths and with every kind of ink."""

import io
import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from assistant.player import LiveScreen, PipeScreen
from assistant.render import figure
from assistant.render.bars import bars, spans
from assistant.render.markdown import page
from assistant.render.pixels import pixels
from assistant.render.plain import text_of
from assistant.render.terminal import draw
from assistant.replies import needs
from assistant.replies.role import wages
from assistant.reply import Reply, Tree
from assistant.reply import Table as Rows
from knowledge.schema import Concept
from skills.events import Ask, Say, Show
from skills.exercise import Picture
from skills.figures import Curves, Images, Line, Material, Matrix, Table
from skills.figures import draw as made

WIDTHS = (40, 80, 200)
DRAWN = re.compile(r"[─-▟⠀-⣿]")  # boxes, blocks, shades and braille
BACKGROUND = re.compile(r"\x1b\[[0-9;]*\b48;")
CAPTION = "A caption that is longer than a narrow screen, 日本語の文も幅を二つと数える。"
DIGIT = np.zeros((28, 28), np.float32)
DIGIT[4:24, 12:16] = 1.0
MODELS = Table(
    ("", "accuracy", "mistakes"),
    (("a line", "0.500", "500"), ("木の forest 🌲", "0.750", "250"), ("network", "1.000", "0")),
    (0.5, 0.75, 1.0),
)
SIGNED = Table(("column", "thousand $ for one standard deviation more"),
               (("living area", "20"), ("age", "-10")), (20.0, -10.0))  # fmt: skip
CONFUSED = Matrix(("cat", "dog", "猫"), ("cat", "dog", "猫"), ((97, 3, 0), (21, 40, 39), (0, 0, 0)))
SHOWN = (
    MODELS, SIGNED, CONFUSED,
    Images((DIGIT, DIGIT[:8, 8:20], np.ones((30, 300), np.float32)), ("7 → 1", "漢字 " * 6, "wide"),
           0.0, 1.0),
    Table(("words that go with the first class",), (("wonderful, 素晴らしい",),)),
    Table(("query", "found"), ()),
    Curves("epoch", "loss", (Line("net", (1.0, 2.0, 3.0), (1.0, 0.5, 0.25)),)),
)  # fmt: skip


def screen(width: int, **more: object) -> Console:
    """Return a terminal of 256 colours that keeps what is written to it."""
    return Console(file=io.StringIO(), force_terminal=True, color_system="256", width=width,
                   highlight=False, markup=False, emoji=False, legacy_windows=False,
                   _environ={}, **more)  # fmt: skip


def written(console: Console) -> str:
    return console.file.getvalue()


def lines(text: str) -> list[str]:
    """Return what can be seen of lines that a terminal was sent."""
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text).splitlines()


def shown(drawn: figure.Figure, width: int, **more: object) -> str:
    console = screen(width, **more)
    LiveScreen(console).event(Show("Title", CAPTION, drawn))
    return written(console)


@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("drawn", SHOWN, ids=lambda drawn: type(drawn).__name__)
def test_no_line_is_wider_than_the_screen(drawn, width, no_color):
    text = shown(drawn, width, no_color=no_color)
    assert max(map(cell_len, lines(text))) <= width
    assert lines(text)[0] == "Title" and "二つと" in text
    assert not (no_color and re.search(r"\x1b\[[0-9;]*\b[34]8;", text))


@pytest.mark.parametrize("drawn", SHOWN, ids=lambda drawn: type(drawn).__name__)
def test_plain_is_words_alone(drawn):
    said: list[str] = []
    PipeScreen(said.append).event(Show("Title", CAPTION, drawn))
    assert len(said) >= 3 and not any(DRAWN.search(line) for line in said)


@pytest.mark.parametrize("width", WIDTHS)
def test_bars_stand_beside_their_numbers(width):
    text = "\n".join(lines(shown(MODELS, width)))
    found = [text.split(number)[1].split("\n")[0] for number in ("0.500", "0.750", "1.000")]
    lengths = [row.count("█") for row in found]
    assert lengths[2] >= 20 and lengths[0] * 2 == lengths[2]
    assert abs(lengths[1] - 0.75 * lengths[2]) <= 1
    assert "木の forest 🌲" in text
    assert all(re.search(rf"\b{number}\b", text) for number in (500, 250))


def test_a_bar_is_exact_to_an_eighth_and_tells_what_is_below_zero():
    assert bars((8.0, 1.0, 0.125, 0.0, -4.0), 8) == ["████████", "█", "▏", "", "▒▒▒▒"]
    assert bars((2.0, 0.25, 1.375), 2) == ["██", "▎", "█▍"]
    assert bars((float("nan"), 1.0, float("inf")), 4) == ["", "████", ""]
    assert bars((0.0, 0.0), 4) == ["", ""] and bars((), 4) == []
    assert spans(((0, 8), (4, 8), (4.5, 7.25), (1, 1)), 8) == [
        "████████", "    ████", "    ▐██▎", " ▏"
    ]  # fmt: skip
    assert spans(((4, 8), (0, 0)), 8) == ["    ████", ""] and spans((), 8) == []
    narrow = lines(shown(SIGNED, 40))
    assert narrow.index("    " + "█" * 24) - narrow.index("    more: 20") == 1
    assert "    " + "▒" * 12 in narrow


@given(st.lists(st.floats(0, 1e9), min_size=1), st.integers(1, 60))
def test_no_bar_is_longer_than_the_room(values, width):
    assert all(len(bar) <= width for bar in bars(values, width))
    assert all(len(bar) <= width + 1 for bar in spans([(low / 2, low) for low in values], width))


def test_a_table_of_names_and_numbers_gets_bars_and_no_other_does():
    def figured(*rows: tuple[object, ...]) -> Table:
        picture = Picture(figure="cells", title="t", stages=("s",), of="rows",
                          labels=("a", "b", "c")[: len(rows[0])])  # fmt: skip
        return made(Material(picture, None, {}, {"s": {"rows": rows}}))

    assert figured(("x", 0.5), ("y", -1.0)).bars == (0.5, -1.0)
    assert figured(("x", "+0.19"), ("y", "44%"), ("z", "1,200")).bars == (0.19, 44.0, 1200.0)
    assert figured(("x", 0.5), ("y", "z")).bars == ()
    assert figured(("x", 0.5, 1.0)).bars == ()


def test_a_heat_map_is_warmer_where_more_is():
    console = screen(80)
    head, cats, dogs, none = figure.lines(CONFUSED, 80, "colours")

    def ground(line: object, number: str) -> int | None:
        colour = line.get_style_at_offset(console, line.plain.index(number)).bgcolor
        return colour.number if colour else None

    assert head.plain.split() == ["cat", "dog", "猫"]
    assert cats.plain.split() == ["cat", "97", "3", "0"] and none.plain.split()[1:] == ["0"] * 3
    heat = [ground for ground, _ in figure.HEAT]
    steps = [heat.index(ground(line, n))
             for line, n in ((cats, "97"), (cats, "3"), (dogs, "40"), (dogs, "21"))]  # fmt: skip
    assert steps == [4, 0, 1, 1] and ground(cats, "0") is None
    assert cell_len(head.plain.rstrip()) + 1 == cats.cell_len == none.cell_len
    shades = [line.plain for line in figure.lines(CONFUSED, 80, "shades")]
    assert "97█" in shades[1] and "3░" in shades[1] and "21▓" in shades[2]
    assert not BACKGROUND.search(shown(CONFUSED, 80, no_color=True))
    assert BACKGROUND.search(shown(CONFUSED, 80))


@pytest.mark.parametrize(("width", "ink"), [(80, "plain"), (12, "colours")])
def test_counts_without_room_are_told(width, ink):
    text = "\n".join(line.plain for line in figure.lines(CONFUSED, width, ink))
    assert " ".join(text.split()) == (
        "cat: 97 as cat, 3 as dog dog: 21 as cat, 40 as dog, 39 as 猫 猫: none"
    )


@pytest.mark.parametrize("height", [11, 12])
def test_half_blocks_show_each_pixel(height):
    console = screen(80)
    image = np.random.default_rng(0).random((height, 16), np.float32)
    drawn = pixels(image, 0.0, 1.0, 80, colour=True)
    greys = np.full((12, 16), -1)
    for row, line in enumerate(drawn):
        assert line.plain == "▀" * 16
        for column in range(16):
            style = line.get_style_at_offset(console, column)
            greys[2 * row, column] = style.color.number - 232
            if style.bgcolor:
                greys[2 * row + 1, column] = style.bgcolor.number - 232
    assert np.abs(greys[:height] / 23 - image).max() <= 0.5 / 23 + 1e-6
    assert height == 12 or (greys[11] == -1).all()


def test_images_without_colours_are_shaded_and_told_in_words():
    shades = [line.plain for line in pixels(DIGIT, 0.0, 1.0, 80, colour=False)]
    assert len(shades) == 14 and shades[7] == " " * 12 + "████" + " " * 12
    small = pixels(np.eye(4, dtype=np.float32), 0.0, 1.0, 80, colour=False)
    assert [line.plain for line in small] == ["██      ", "  ██    ", "    ██  ", "      ██"]
    wide = pixels(np.ones((30, 300), np.float32), 0.0, 1.0, 80, colour=True)
    assert {line.cell_len for line in wide} == {75}
    said = figure.lines(Images((DIGIT,), ("7 → 1",), 0.0, 1.0), 80, "plain")
    assert [line.plain for line in said] == ["image of 28 by 28 pixels: 7 → 1"]


TREE = Tree("Before the transformer, know", needs=(
    Tree("self-attention", "Every element asks all others, and 日本語の文はどこでも折り返せる。",
         (Tree("softmax", needs=(Tree("指数関数 🎯"),)), Tree("dot product"))),
    Tree("layer normalisation"),
), more=4)  # fmt: skip


@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_tree_fits(width, no_color):
    console = screen(width, no_color=no_color)
    draw(Reply("answered", "prerequisites", (TREE,)), console)
    drawn = lines(written(console))
    assert max(map(cell_len, drawn)) <= width
    assert "│   ├── softmax" in drawn and "│   │   └── 指数関数 🎯" in drawn
    assert "└── layer normalisation" in drawn and "  And 4 more, before these." in drawn
    assert "self-attention: Every element" in "\n".join(drawn)


def test_a_tree_is_told_by_words():
    said = text_of((TREE,))
    assert not DRAWN.search(said)
    assert said.splitlines() == [
        "Before the transformer, know:",
        "- self-attention: Every element asks all others, and 日本語の文はどこでも折り返せる。",
        "  - needs softmax",
        "    - needs 指数関数 🎯",
        "  - needs dot product",
        "- layer normalisation",
        "And 4 more, before these.",
    ]
    reply = Reply("answered", "prerequisites", (TREE,), question="q")
    assert "**Before the transformer, know:**\n\n- self-attention: " in page([reply])


@dataclass(frozen=True)
class Needy:
    """What a tree asks of a library: here, needs by name."""

    graph: dict[str, list[str]]

    def __contains__(self, id_: object) -> bool:
        return id_ in self.graph

    def get(self, id_: str) -> SimpleNamespace:
        return SimpleNamespace(id=id_, prerequisites=self.graph[id_], summary=f"What {id_} is.")

    def get_as(self, kind: type, id_: str) -> SimpleNamespace:
        assert kind is Concept
        return self.get(id_)

    def name(self, id_: str) -> str:
        return id_

    def with_prerequisites(self, ids: list[str]) -> list[str]:
        seen = list(ids)
        for id_ in seen:
            seen += [needed for needed in self.graph[id_] if needed not in seen]
        return seen


def count(tree: Tree, depth: int = 0) -> list[tuple[str, int]]:
    return [(tree.name, depth), *(row for one in tree.needs for row in count(one, depth + 1))]


@given(st.dictionaries(st.integers(0, 40), st.lists(st.integers(0, 40), max_size=9, unique=True)))
def test_a_tree_holds_nothing_twice_and_says_what_it_leaves_out(found):
    graph = {str(id_): [] for id_ in range(41)}
    graph |= {str(id_): [str(needed) for needed in needed_] for id_, needed_ in found.items()}
    library = Needy(graph)
    tree = needs.tree(library, library.get("0"), "title")
    names = [name for name, _ in count(tree)[1:]]
    assert len(set(names)) == len(names) < needs.MOST and "0" not in names
    assert max(depth for _, depth in count(tree)) <= needs.DEEP
    assert len(names) + tree.more == len(library.with_prerequisites(["0"])) - 1
    assert set(graph["0"]) - {"0"} == {one.name for one in tree.needs}
    assert all(one.text and not any(two.text for two in one.needs) for one in tree.needs)


def test_what_is_needed_soonest_stands_nearest():
    graph = {"a": ["b", "c"], "b": ["d"], "c": [], "d": ["c", "e"], "e": ["f"], "f": []}
    library = Needy(graph)
    tree = needs.tree(library, library.get("a"), "a")
    assert count(tree) == [("a", 0), ("b", 1), ("d", 2), ("e", 3), ("c", 1)] and tree.more == 1


def wage_table() -> Rows:
    """Return the wages of a role counted in two occupations, as a reply has them."""

    def statistics(kind: type, id_: str) -> SimpleNamespace:
        low = 50_000 if id_ == "soc_15_1" else None
        return SimpleNamespace(wage=SimpleNamespace(p10=low, median=80_000, p90=100_000, year=2025))

    fit = "partial: posts with a statistical title in health and government 統計"
    occupations = [SimpleNamespace(soc=soc, title="Analysts", fit=fit) for soc in ("15-1", "15-2")]
    turn = SimpleNamespace(library=SimpleNamespace(get_as=statistics),
                           phrase=lambda name, year: f"Wages {year}")  # fmt: skip
    return wages(turn, SimpleNamespace(occupations=occupations))[0]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_range_of_wages_is_drawn_under_its_numbers(width):
    table = wage_table()
    assert table.spans == ((50_000.0, 100_000.0), (0.0, 0.0))
    console = screen(width)
    draw(Reply("answered", "salary", (table,)), console)
    drawn = lines(written(console))
    assert max(map(cell_len, drawn)) <= width
    text = " ".join(" ".join(drawn).split())
    assert "$80,000" in text and "$50,000 to $100,000" in text
    drawn_bars = [line for line in drawn if "█" in line]
    assert [line.count("█") in (10, 11, 12) for line in drawn_bars] == [True]
    assert "Wages 2025" in text and "not released to $100,000" in text
    assert not DRAWN.search(text_of((table,))) and "$50,000 to $100,000" in text_of((table,))


def test_a_page_is_waited_for_before_it_scrolls_away():
    waits = []
    console = Console(file=io.StringIO(), width=60, height=12, force_terminal=True)
    screen = LiveScreen(console, lambda: waits.append(console.file.getvalue()))
    for number in range(6):
        screen.event(Say(f"Paragraph {number}. " + "Words that fill some lines. " * 6))
    assert len(waits) == 2
    assert "Paragraph 1" in waits[0] and "Paragraph 2" not in waits[0]
    screen.event(Ask("gain", "How much?", ("little", "much")))
    screen.event(Say("Short."))
    assert len(waits) == 2  # the learner has just answered


def test_nothing_is_waited_for_where_nobody_reads():
    console = Console(file=io.StringIO(), width=60, height=6, force_terminal=True)
    screen = LiveScreen(console)
    for _ in range(4):
        screen.event(Say("Words that fill some lines. " * 20))
    assert console.file.getvalue().count("Words") == 80
