"""Measures of the language model and the search, on any labelled data."""
