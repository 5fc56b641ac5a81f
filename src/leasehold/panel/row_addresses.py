"""Numbers in addresses: the ids of rows, and what is counted among them."""

from werkzeug.routing import IntegerConverter

from leasehold.kit.row_ids import LONGEST_ID


class RowIdConverter(IntegerConverter):
    """A whole number in plain digits; one that is larger than any id leads nowhere."""

    regex = rf"[0-9]{{1,{LONGEST_ID}}}"
