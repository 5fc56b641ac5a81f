"""The files that other programs read, as templates."""

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

_ENVIRONMENT = Environment(  # noqa: S701  # no page with foreign values: those of a site are checked before
    loader=PackageLoader(__name__, "."),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def template(name: str) -> Template:
    """The template of that file."""
    return _ENVIRONMENT.get_template(f"{name}.j2")
