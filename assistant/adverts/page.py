"""The text of a page: what a reader of a web page sees of it."""

import re
from html.parser import HTMLParser

_UNSEEN = ("script", "style", "head", "title", "template", "noscript", "s", "del", "strike", "svg")
_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "br", "tr", "td", "th", "table", "section", "article", "header",
     "footer", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dt", "dd", "body", "html")
)  # fmt: skip
_IS_PAGE = re.compile(r"<(?:!doctype|html|body|div|p|ul|li|br|span|h[1-6])\b[^<>]*>", re.IGNORECASE)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.hidden.append(tag)
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden:
            del self.hidden[self.hidden.index(tag) :]
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def visible(text: str) -> str:
    """Return what a reader sees of a web page; any other text as it is."""
    if not _IS_PAGE.search(text):
        return text
    page = _Seen()
    page.feed(text)
    page.close()
    lines = (line.strip() for line in "".join(page.parts).split("\n"))
    return "\n".join(line for line in lines if line)
