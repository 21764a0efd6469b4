"""The chat at a terminal: its line editor, its slash commands and the bar below."""
