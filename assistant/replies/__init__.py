"""One module per kind of reply."""
