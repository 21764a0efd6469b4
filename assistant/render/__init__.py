"""A reply drawn for a terminal, as plain text, as Markdown or as JSON."""
