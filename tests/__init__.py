"""The tests of Lodestar."""
