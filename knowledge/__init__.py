"""The knowledge base: entries as YAML, their schema, the linter and the compiled form."""
