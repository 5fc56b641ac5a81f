"""Markdown as it is shown: first without raw HTML, then cleaned of everything that is not plain text with structure."""

from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS: Final = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6"),
}
_reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def rendered(text: str) -> Markup:
    """The text as HTML that runs nothing and loads nothing; its headings begin below those of a page."""
    tokens = _reader.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = _reader.renderer.render(tokens, _reader.options, {})
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(cleaned)  # noqa: S704  # cleaned in the line above
