"""What a list says where a filter's text fits more than is searched."""

from flask_babel import lazy_gettext as _


def too_many_customers(most: int) -> str:
    """The text is in the names of more customers."""
    return str(
        _(
            "More than %(most)s customers have this in their name: only the first %(most)s are searched."
            " Type more of it.",
            most=most,
        )
    )


def too_many_institutions(most: int) -> str:
    """The text is in the names of more institutions."""
    return str(
        _(
            "More than %(most)s institutions have this in their name: only the first %(most)s are searched."
            " Type more of it.",
            most=most,
        )
    )


def too_many_people(most: int) -> str:
    """The text is in the names of more people, or begins their e-mail addresses."""
    return str(
        _("More than %(most)s people fit this text: only the first %(most)s are searched. Type more of it.", most=most)
    )


def too_many_devices(most: int) -> str:
    """The text is in the names of more devices, or begins their fingerprints."""
    return str(
        _("More than %(most)s devices fit this text: only the first %(most)s are searched. Type more of it.", most=most)
    )
