"""What can be practised: exercises that train real models on the learner's own machine.

To write one, make `skills/<family>/<id>/` with five files, and look at tabular/fraud_detection
(scikit-learn) and vision/cnn_digits (PyTorch) as you go.

1. solution.py: at most 100 plain lines, the loop in the open, no framework of ours. Constants
   worth turning stand at the top (`EPOCHS, BATCH, RATE = 12, 50, 0.005`). It defines
       run(data, seed=0, device="cpu", saved=None)
   `data` is what the data set's loader returns. `run` is a generator of plain dictionaries:
       {"stage": "cnn", "step": 10, "total": 960, "loss": 0.3}             progress, drawn live
       {"stage": "cnn", "metrics": {"accuracy": 0.98}, "made": {...}}      ends the stage
   Stages come in the order of the YAML's `train` steps. `made` feeds figures; `timings` holds
   numbers that vary from run to run. Same seed, same device: same metrics.
   Resuming: a progress dictionary may carry "state", plain values and tensors; after a kill
   `saved` maps each stage to its last state ({} or None at first). `skills.keep` has `state`
   and `restore` for torch. If memory runs out, BATCH is halved and the stage starts again.
2. starter.py: the solution with gaps, each `# TODO n: …` and `raise NotImplementedError("TODO
   n: …")`; the functions that checks call keep their names and parameters.
3. exercise.yaml: every field is described in skills/exercise.py. All prose stands here. `judged`
   lists the checks of the learner's code ({name, title, hint}), `checks` what a run must reach,
   `what_ifs` constants to turn, `hints` exactly three of rising strength, `allows` the mistakes
   that are none in this exercise (no_shuffling for a stateful recurrent network).
4. checks.py: for each `judged` name a function
       def check_<name>(work: Any, tools: Any) -> None
   `work` is the learner's module, `tools` what skills/judge/tools.py defines: `reference` (the
   solution, freshly loaded), `data()`, `seeds`, `rng(seed)`, `same(got, expected, what)`,
   `shape`, `at_least`, `at_most`, `hold`, `fail`, `drain(generator)`, `settings(work, EPOCHS=1)`,
   `run(work, data, seed=0, EPOCHS=1)`. Call the learner's functions with random inputs and
   several seeds, compare with the reference computed there and then, never with text, and
   accept any right style. One check should `run` everything on a little data, for that is where
   the diagnosis sees most; call `tools.pairs(x, y)` before, so that it knows which label belongs
   to which row. All checks together: at most 15 s of one core.
   Naming mistakes: the diagnosis watches torch and scikit-learn by itself. What it cannot see, a
   check names: `same(..., at=work.f, wrong={"wrong_axis": value_it_gives})`, or
   `tools.mistake("off_by_one_window", "evidence", work.f)` before failing.
   Ids and their words are in skills/mistakes.yaml; add to it what is missing.
5. mutants.yaml: `mutants`, at least 8: {mistake: id, edits: [{find, put}]}, `find` being a text
   that solution.py holds exactly once; and `alternatives`, at least 3: {name, code}, where what
   `code` defines at top level replaces those definitions of the solution. A mutant must change
   what the code does. Alternatives differ in style (classes, loops, other calls), not in result.

Claims: an exercise of the family `claims` puts a statement to the test. Its YAML has `claim`: the
statement, and what is said when it `held`, was `refuted` or stays `undecided`, with the numbers
and the reason. What ends the main stage carries one of these three:
       {"stage": "cnn", "metrics": {...}, "verdict": "refuted"}
`checks` then say whether the measurement is sound, never which way it should go: a run whose
checks hold has passed, whatever it found. Let a function of its own decide, from differences
that were measured more than once, so that chance alone seldom gives a verdict.

Data: one module in skills/data for each set, with `load()` and `DATASET` (see mnist_5000.py);
import the package that carries it inside `with needs(package, name):`. Nothing is downloaded.
Figures: `show: {figure: F, title, caption, stages: [s], labels: […], of: key}`. F is `lines`,
`cells`, `images` or `counts`, which draw `made[key]` of the stage whatever it holds (forms in
skills/figures.py), or one of the special builders there; add one only if none fits.

To see it through:
    python -m skills.check                    the linter (also run by the tests)
    lodestar exercise verify ID [--jobs 2]    solution and alternatives pass with an empty
                                              diagnosis, the starter fails, ≥ 95 % of the mutants
                                              are caught, ≥ 85 % named first, no check idle
    lodestar exercise run ID --yes --seed N   for ten seeds: every one must pass
"""
