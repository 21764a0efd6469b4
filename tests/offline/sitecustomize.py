"""Python imports this at its start, in processes that tests begin, and is offline then."""

from no_network import forbid

forbid()
