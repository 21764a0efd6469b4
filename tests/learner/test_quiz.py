"""The quiz gets harder after success and easier after failure, and explains every answer."""

import pytest
from learner_samples import NOW, make_answer

from assistant.learner import quiz
from assistant.learner.quiz import Item, Quiz
from knowledge.schema import Concept, Option, QuizItem, Role
from skills.exercise import catalogue


def item(rung, number=0, near=0):
    """Return an item on a rung."""
    options = tuple(Option(text=text, why=f"because {text}", right=text == "yes")
                    for text in ("yes", "no", "maybe"))  # fmt: skip
    return Item(f"t:{rung}:{number}", "t", QuizItem(question="?", options=options), rung, near)


def play(of, answer):
    """Play a quiz to its end; `answer` says of each question whether it is answered rightly."""
    rungs = []
    while question := of.question():
        right = next(n for n, option in enumerate(question.options) if option.right)
        rungs.append(question.item.rung)
        wrong = (right + 1) % len(question.options)
        of, _ = of.answer(right if answer(len(rungs)) else wrong)
    return rungs


LADDER = tuple(item(rung, number) for rung in range(-3, 4) for number in range(6))


def test_right_answers_climb_and_wrong_ones_go_down():
    def start(seed):
        return Quiz(items=LADDER, seed=seed, count=6)

    for seed in range(5):
        assert play(start(seed), lambda n: True) == [0, 1, 2, 3, 3, 3]
        assert play(start(seed), lambda n: False) == [0, -1, -2, -3, -3, -3]
        assert play(start(seed), lambda n: n % 2 == 0) == [0, -1, 0, -1, 0, -1]


def test_nothing_is_asked_twice_and_the_end_is_the_end():
    of = Quiz(items=LADDER[:4], count=50)
    assert len(play(of, lambda n: True)) == 4
    done = Quiz(items=(), count=3)
    assert done.question() is None
    with pytest.raises(ValueError, match="over"):
        done.answer(0)


def test_the_same_seed_asks_the_same_in_the_same_order_of_options():
    def asked(seed):
        question = Quiz(items=LADDER, seed=seed).question()
        return question.item.key, [option.text for option in question.options]

    assert asked(1) == asked(1)
    assert len({str(asked(seed)) for seed in range(20)}) > 5


def test_a_wrong_answer_is_explained_by_its_own_reason_and_the_right_one():
    of = Quiz(items=(item(0),))
    options = [option.text for option in of.question().options]
    after, wrong = of.answer(options.index("maybe"))
    assert (wrong.right, wrong.chosen.why, wrong.answer.why) == (
        False, "because maybe", "because yes",
    )  # fmt: skip
    assert of.given == () and after.given == (wrong,)
    assert of.answer(options.index("yes"))[1].right
    passed = of.answer(None)[1]
    assert not passed.right and passed.chosen is None and passed.answer.text == "yes"


def test_what_was_answered_rightly_before_is_put_off():
    of = Quiz(items=(item(0, 0), item(1, 1)), known={"t:0:0": True})
    assert of.question().item.key == "t:1:1"
    assert Quiz(items=of.items, known={"t:0:0": False}).question().item.key == "t:0:0"


@pytest.fixture(scope="module")
def library(mind):
    return mind.library


def test_every_concept_can_be_quizzed_from_itself_outwards(library):
    exercises = catalogue()
    for concept in library.all_of(Concept):
        of = quiz.start(library, exercises, [concept.id])
        keys = [item.key for item in of.items]
        assert len(keys) == len(set(keys)) >= 6
        assert of.question().item.topic == concept.id


def test_a_learner_who_fails_is_led_to_what_the_topic_needs(library):
    of = quiz.start(library, catalogue(), ["transformer"], count=8)
    needed = set(library.with_prerequisites(["transformer"]))
    rungs = play(of, lambda n: False)
    assert rungs[3] < rungs[0]
    low = {item.topic for item in of.items if item.rung < rungs[0]}
    assert low <= needed
    assert play(of, lambda n: True)[-1] > rungs[0]


def test_exercises_add_their_questions(library):
    of = quiz.start(library, catalogue(), ["convolutional_neural_network"])
    assert any(item.key.startswith("exercise/cnn_digits:") for item in of.items)


def test_a_quiz_on_an_exercise_begins_with_its_own_questions(library):
    exercises = catalogue()
    exercise = exercises["logistic_classification"]
    own = {item.question for item in exercise.quiz}
    of = quiz.start(library, exercises, exercise.concepts)
    for _ in exercise.quiz:
        question = of.question()
        assert question.item.quiz.question in own
        of, _ = of.answer(0)
    assert of.question().item.quiz.question not in own
    answers = [make_answer(key, True) for key in of.first]
    later = quiz.start(library, exercises, exercise.concepts, answers=answers).question()
    assert later.item.key not in of.first


def test_items_are_found_again_by_their_keys_and_old_ones_are_not(library):
    exercises = catalogue()
    of = quiz.start(library, exercises, ["convolutional_neural_network"])
    for item_ in of.items:
        assert quiz.find(library, exercises, item_.key).quiz == item_.quiz
    for gone in ("overfitting:00000000", "nothing:12345678", "exercise/x:1", "", ":"):
        assert quiz.find(library, exercises, gone) is None


def test_topics_are_concepts_whatever_is_named(library):
    exercises = catalogue()
    assert quiz.topics_of(library, exercises, "pooling") == ("pooling",)
    assert quiz.topics_of(library, exercises, "cnn_digits") == exercises["cnn_digits"].concepts
    role = library.get_as(Role, "data_scientist")
    assert quiz.topics_of(library, exercises, "data_scientist") == role.concepts
    assert len(quiz.topics_of(library, exercises, "vision")) > 20
    assert quiz.topics_of(library, exercises, "cooking") == ()


def test_without_a_topic_what_went_wrong_comes_first_then_what_is_new(library):
    wrong = make_answer("pooling:1", False)
    wanted = ("clustering", "pooling", "overfitting")
    assert quiz.suggest(library, [], wanted) == "clustering"
    assert quiz.suggest(library, [wrong], wanted) == "pooling"
    mended = make_answer("pooling:1", True, NOW)
    assert quiz.suggest(library, [wrong, mended], wanted) == "clustering"
    assert quiz.suggest(library, [], ()) == quiz.FIRST


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1", 0), ("3\n", 2), ("b", 1), ("C)", 2), ("2.", 1), ("0", None), ("4", None),
        ("d", None), ("99999", None), ("the blue  one", 1), ("The Blue one.", 1), ("blue", None),
        ("", "pass"), ("?", "pass"), ("I don't know", "pass"), ("q", "stop"), ("quit", "stop"),
        ("I think the second", 1), ("maybe b", 1), ("the third one", 2), ("option 1", 0),
        ("I think it's the blue one", 1), ("the fourth", None), ("first things first", None),
        ("²", None), ("-1", None), ("é", None),
    ],
)  # fmt: skip
def test_lines_are_read_as_people_write_them(line, meant):
    options = [Option(text=text, why="x") for text in ("red", "The blue one", "green")]
    assert quiz.read_choice(line, options) == meant
