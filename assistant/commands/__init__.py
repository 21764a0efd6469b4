"""The commands of `lodestar`, a group a file."""
