"""What stands beside an exercise's code in a notebook: its texts, filled with what was measured.

    lesson = Lesson("cnn_digits", run, load("mnist_5000"))
    lesson.train("cnn")
    lesson.tell("The network reads {cnn.accuracy:.1%} of the digits rightly.")

The code that trains is the notebook's own `run`, so that it can be changed and run again.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from assistant.player import PipeScreen, said
from skills.device import choose
from skills.events import Event, Judge, Say
from skills.exercise import Step, catalogue
from skills.play import Playing

Run = Callable[..., Generator[Mapping[str, Any], None, Any]]


class LessonError(Exception):
    """A cell was run before one that it needs."""


class Lesson:
    """An exercise whose steps are cells of a notebook."""

    def __init__(
        self, id_: str, run: Run, data: Any, *, seed: int = 0, device: str = "auto"
    ) -> None:
        exercise = catalogue()[id_]
        chosen = choose(device, cpu_only=exercise.device == "cpu")
        self._exercise = exercise
        self._playing = Playing(exercise, seed, chosen)
        self._playing.program = _Given(run(data, seed=seed, device=chosen.name))
        self._screen = PipeScreen(print)

    def tell(self, text: str) -> None:
        """Show Markdown with what was measured in the place of {stage.metric}."""
        try:
            self._draw([Say(self._playing.fill(text))])
        except (KeyError, AttributeError) as error:
            raise LessonError(
                "Run the cells above first: this text tells their results."
            ) from error

    def predict(self, prediction: str, choice: int | None) -> None:
        """Keep a prediction by the number of the choice, from 1; None makes none."""
        choices = self._exercise.prediction(prediction).choices
        if choice is None:
            self._playing.chosen.pop(prediction, None)
        elif 1 <= choice <= len(choices):
            self._playing.chosen[prediction] = choice - 1
            print(f"You say: {choices[choice - 1].text}.")  # noqa: T201
        else:
            raise LessonError(f"Choose a number from 1 to {len(choices)}.")

    def train(self, stage: str) -> None:
        """Run the solution until this stage is measured."""
        step = next(one for one in self._exercise.steps if one.train and one.train.name == stage)
        self._play(step)

    def judge(self, prediction: str) -> None:
        """Say what became of a prediction."""
        self._play(Step(judge=prediction))

    def show(self, title: str) -> None:
        """Draw a figure of what was made or measured, as text."""
        step = next(one for one in self._exercise.steps if one.show and one.show.title == title)
        self._play(step)

    def end(self) -> None:
        """Say what came of it all, and what to try next."""
        missing = [step.train.title for step in self._exercise.steps
                   if step.train and step.train.name not in self._playing.measured]  # fmt: skip
        if missing:
            raise LessonError(f"Run the cells above first, that of {missing[0]!r} is missing.")
        self._draw(self._playing.end())

    def _play(self, step: Step) -> None:
        try:
            self._draw(self._playing.play(step, {}))
        except (KeyError, AttributeError) as error:
            raise LessonError("Run the cells above first: this one shows their results.") from error

    def _draw(self, events: Iterable[Event]) -> None:
        from IPython.display import Markdown, display

        for event in events:
            if isinstance(event, Say | Judge):
                display(Markdown(said(event)))
            else:
                self._screen.event(event)


class _Given:
    """The progress that the notebook's own `run` yields."""

    def __init__(self, progress: Generator[Mapping[str, Any], None, Any]) -> None:
        self.states: dict[str, Any] = {}
        self._progress = progress

    def place(self) -> str:
        """Return nothing: no state is saved."""
        return ""

    def next(self, stage: str) -> Mapping[str, Any]:
        """Return the next bit of progress; raises LessonError where it is another stage's."""
        for told in self._progress:
            if told["stage"] != stage:
                raise LessonError(f"{told['stage']} comes before {stage}: run its cell, then all "
                                  "below it.")  # fmt: skip
            return told
        raise LessonError("The run is over or was broken off: run the cell of `lesson = …` again.")

    def finish(self) -> None:
        """Let the code tidy up after its last stage."""
        for _ in self._progress:
            pass

    def close(self) -> None:
        """End the code."""
        self._progress.close()
