"""Transparency: what the service did, said in public, in a way that can be checked.

Everything here is a question asked of the ledger's lines alone. The numbers page prints figures,
and beside each the query that anybody holding the exported log can ask again. The register lists
decisions without saying anything about anybody. A person with a receipt finds their own line in
the log, with a proof that it is in the tree the checkpoint signs.
"""

from evenhand.transparency.catalogue import AUTOMATION, MEASURES, OUTCOMES, SOURCES
from evenhand.transparency.commands import publish_checkpoint
from evenhand.transparency.comparing import (
    Compared,
    ComparedSection,
    ComparedTable,
    Comparison,
    Day,
    Period,
    read_period,
)
from evenhand.transparency.counting import Counted, Query, read_query, recompute
from evenhand.transparency.errors import (
    NoSuchFigure,
    NothingNewToPublish,
    NotInTheLog,
    PeriodUnreadable,
    QueryUnreadable,
    ReportUnreadable,
    TransparencyError,
)
from evenhand.transparency.model import (
    Figure,
    Numbers,
    OwnLine,
    RegisterMeasure,
    RegisterPage,
    RegisterRow,
    State,
    Table,
    Unit,
)
from evenhand.transparency.public_log import WITHHELD, export, export_to, files, tile
from evenhand.transparency.queries import (
    comparison,
    earlier_keys,
    figure,
    line_about,
    numbers,
    own_line,
    register,
    report,
    verifier_key,
)
from evenhand.transparency.reporting import (
    Differs,
    ErrorRate,
    Recheck,
    Report,
    Section,
    as_data,
    rate_data,
)
from evenhand.transparency.tables import tally

__all__ = [
    "AUTOMATION",
    "MEASURES",
    "OUTCOMES",
    "SOURCES",
    "WITHHELD",
    "Compared",
    "ComparedSection",
    "ComparedTable",
    "Comparison",
    "Counted",
    "Day",
    "Differs",
    "ErrorRate",
    "Figure",
    "NoSuchFigure",
    "NotInTheLog",
    "NothingNewToPublish",
    "Numbers",
    "OwnLine",
    "Period",
    "PeriodUnreadable",
    "Query",
    "QueryUnreadable",
    "Recheck",
    "RegisterMeasure",
    "RegisterPage",
    "RegisterRow",
    "Report",
    "ReportUnreadable",
    "Section",
    "State",
    "Table",
    "TransparencyError",
    "Unit",
    "as_data",
    "comparison",
    "earlier_keys",
    "export",
    "export_to",
    "figure",
    "files",
    "line_about",
    "numbers",
    "own_line",
    "publish_checkpoint",
    "rate_data",
    "read_period",
    "read_query",
    "recompute",
    "register",
    "report",
    "tally",
    "tile",
    "verifier_key",
]
