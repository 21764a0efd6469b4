"""`lodestar evaluate`: measure intents, conversation and search on labelled data."""

from pathlib import Path

import click

from assistant.commands.common import Json, load_encoder, load_mind, print_figures, print_json


@click.group()
def evaluate() -> None:
    """Measure the intent classifier and the search on labelled data.

    \b
    Examples:
      lodestar evaluate conversation --folds 5
      lodestar evaluate intents --train train.csv --test test.csv
    """


@evaluate.command("intents")
@click.option("--train", type=click.Path(exists=True, path_type=Path), help="To learn from.")
@click.option("--test", type=click.Path(exists=True, path_type=Path), help="To score on.")
@click.option("--oos", type=click.Path(exists=True, path_type=Path), help="Out-of-scope texts.")
@click.option(
    "--clinc", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="CLINC150's folder: a Markdown table of its variants, in place of --train and --test.",
)  # fmt: skip
@click.option("--fine-tune", is_flag=True, help="Train the encoder too (minutes).")
@click.option(
    "--minutes", default=9.0, show_default=True, type=click.FloatRange(0.1),
    help="Most that training the encoder may take; it stops early where that is too little.",
)  # fmt: skip
@Json
def evaluate_intents(
    train: Path | None,
    test: Path | None,
    oos: Path | None,
    clinc: Path | None,
    fine_tune: bool,
    minutes: float,
    as_json: bool,
) -> None:
    """Train and score the intent classifier on CLINC150's JSON, CSV `text,category` or YAML.

    \b
    Examples:
      lodestar evaluate intents --train train.csv --test test.csv --json
      lodestar evaluate intents --clinc clinc150 --fine-tune
    """
    if bool(clinc) == bool(train and test):
        raise click.UsageError("Give either --train and --test, or --clinc.")
    from assistant.evaluation import intents
    from assistant.language.encoder import from_bytes
    from assistant.language.finetune import Recipe, frozen

    encode = from_bytes(frozen()).layers
    recipe = Recipe(seconds=60 * minutes) if fine_tune else None
    if train and test:
        print_figures(intents.evaluate(encode, train, test, oos, recipe=recipe), as_json)
    elif clinc:
        rows = list(intents.evaluate_clinc(encode, clinc, recipe=recipe))
        if as_json:
            print_json([{"data": data, "encoder": kind, **found} for data, kind, found in rows])
        else:
            click.echo(intents.as_markdown(rows))


@evaluate.command("conversation")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 20),
              help="Parts, each held out once.")  # fmt: skip
@Json
def evaluate_conversation(folds: int, as_json: bool) -> None:
    """Cross-validate the intents on our own utterances: accuracy, calibration, confusions.

    \b
    Examples:
      lodestar evaluate conversation
      lodestar evaluate conversation --folds 10 --json
    """
    from assistant.compiling import masked_utterances
    from assistant.evaluation import conversation
    from assistant.language.masking import encode_both

    mind = load_mind()
    utterances = masked_utterances(mind.names)
    encode = encode_both(mind.encoder.layers)
    print_figures(conversation.cross_validate(encode, utterances, folds=folds), as_json)


@evaluate.command("search")
@click.option("--documents", required=True, type=click.Path(exists=True, path_type=Path),
              help="To search in.")  # fmt: skip
@click.option("--queries", required=True, type=click.Path(exists=True, path_type=Path),
              help="To search for.")  # fmt: skip
@Json
def evaluate_search(documents: Path, queries: Path, as_json: bool) -> None:
    """Score the search over any documents: hit@k, MRR@10, nDCG@10.

    Documents are JSON Lines of {"id", "text"}, queries of {"text", "relevant": [ids]}.

    \b
    Examples:
      lodestar evaluate search --documents documents.jsonl --queries queries.jsonl
    """
    from assistant.evaluation import search

    print_figures(search.evaluate(load_encoder().encode, documents, queries), as_json)


@evaluate.command("questions")
@click.option(
    "--train",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Train the matcher anew first, into this file; assistant/language/matcher.npz is in use.",
)
@Json
def evaluate_questions(target: Path | None, as_json: bool) -> None:
    """Ask wordings that nothing was learnt from: how often each finds its own question again.

    \b
    Examples:
      lodestar evaluate questions --json
      lodestar evaluate questions --train matcher.npz
    """
    from assistant.evaluation import questions

    mind = load_mind()
    if target is None:
        print_figures(questions.evaluate(mind), as_json)
        return
    import numpy as np

    learnt = questions.train(mind)
    with target.open("wb") as file:  # to a name without its ending NumPy would add that
        np.savez_compressed(file, **learnt)
    click.echo(f"Written: {target}. Put it in its place and run the command again to measure it.")
