"""`lodestar evaluate`: measure intents, conversation and search on labelled data."""

from pathlib import Path

import click

from assistant.commands.common import Json, load_encoder, load_mind, print_figures


@click.group()
def evaluate() -> None:
    """Measure the intent classifier and the search on labelled data."""


@evaluate.command("intents")
@click.option("--train", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--test", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--oos", type=click.Path(exists=True, path_type=Path), help="Out-of-scope texts.")
@click.option("--fine-tune", is_flag=True, help="Train the encoder too (minutes).")
@Json
def evaluate_intents(
    train: Path, test: Path, oos: Path | None, fine_tune: bool, as_json: bool
) -> None:
    """Train and score the intent classifier on CLINC150's JSON, CSV `text,category` or YAML."""
    from assistant.evaluation import intents

    encode = load_encoder().encode
    print_figures(intents.evaluate(encode, train, test, oos, fine_tune=fine_tune), as_json)


@evaluate.command("conversation")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 20))
@Json
def evaluate_conversation(folds: int, as_json: bool) -> None:
    """Cross-validate the intents on our own utterances: accuracy, calibration, confusions."""
    from assistant.evaluation import conversation
    from assistant.language.masking import encode_both
    from assistant.mind import masked_utterances

    mind = load_mind()
    utterances = masked_utterances(mind.names)
    encode = encode_both(mind.encoder.encode)
    print_figures(conversation.cross_validate(encode, utterances, folds=folds), as_json)


@evaluate.command("search")
@click.option("--documents", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, path_type=Path))
@Json
def evaluate_search(documents: Path, queries: Path, as_json: bool) -> None:
    """Score the search over any documents: hit@k, MRR@10, nDCG@10.

    Documents are JSON Lines of {"id", "text"}, queries of {"text", "relevant": [ids]}.
    """
    from assistant.evaluation import search

    print_figures(search.evaluate(load_encoder().encode, documents, queries), as_json)


@evaluate.command("questions")
@click.option("--sample", default=2000, show_default=True, type=click.IntRange(50))
@Json
def evaluate_questions(sample: int, as_json: bool) -> None:
    """Hold out wordings of stored questions: how often each finds its own question again."""
    from assistant.evaluation import questions

    print_figures(questions.evaluate(load_mind(), sample), as_json)
