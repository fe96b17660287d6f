"""Asked again: someone else looks; a granted appeal undoes everything.

With a receipt, the person affected or the reporter asks for a second look. The task is kept from
everybody who decided about the item before. The second reviewer judges without seeing the first
decision, then reads it and explains; what the appeal comes to follows from the two judgements. A
granted appeal reverses the decision with all that followed from it.
"""

from evenhand.appeal.commands import conclude, file, judge, open_task
from evenhand.appeal.errors import (
    AppealedAlready,
    AppealError,
    FirstDecider,
    JudgedAlready,
    NeedsAnAnswer,
    NoSuchAppeal,
    NotAnAppealTask,
    NothingToAppeal,
    NotJudgedYet,
    TooLate,
    TooShort,
)
from evenhand.appeal.model import (
    AppealDesk,
    AppealOutcome,
    AppealState,
    AppealView,
    compare,
)
from evenhand.appeal.queries import (
    appeal,
    count,
    desk,
    for_delivery,
    looked_before,
    of_receipt,
    recent,
)

__all__ = [
    "AppealDesk",
    "AppealError",
    "AppealOutcome",
    "AppealState",
    "AppealView",
    "AppealedAlready",
    "FirstDecider",
    "JudgedAlready",
    "NeedsAnAnswer",
    "NoSuchAppeal",
    "NotAnAppealTask",
    "NotJudgedYet",
    "NothingToAppeal",
    "TooLate",
    "TooShort",
    "appeal",
    "compare",
    "conclude",
    "count",
    "desk",
    "file",
    "for_delivery",
    "judge",
    "looked_before",
    "of_receipt",
    "open_task",
    "recent",
]
