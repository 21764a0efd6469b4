"""Job adverts and CVs as text: what they name, and by which words."""

from assistant.adverts.reading import Findings, Named, Reader

__all__ = ["Findings", "Named", "Reader"]
