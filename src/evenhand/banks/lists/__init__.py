"""Lists of known material as files: our own tables, and what partners hand out.

Reading never stops at a line that cannot be one: it is refused with its number and the reason, and
the rest goes on. Files may be of any length, but for a partner's page of JSON, which is read whole
and has a limit. What is written here is read back as it was.
"""

from evenhand.banks.lists.line import Given, ListUnreadable, Refused
from evenhand.banks.lists.reading import Format, format_of, read_list
from evenhand.banks.lists.tables import Writer, writer_of

__all__ = [
    "Format",
    "Given",
    "ListUnreadable",
    "Refused",
    "Writer",
    "format_of",
    "read_list",
    "writer_of",
]
