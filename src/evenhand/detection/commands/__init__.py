"""The verbs of the room: recording what was seen, looking again, searching the past, switching."""

from evenhand.detection.commands.films import list_film
from evenhand.detection.commands.recording import AGAIN, record, record_again
from evenhand.detection.commands.searching import (
    begin_bank_search,
    begin_search,
    go_on_searching,
    look_again,
)
from evenhand.detection.commands.switching import switch, withdraw

__all__ = [
    "AGAIN",
    "begin_bank_search",
    "begin_search",
    "go_on_searching",
    "list_film",
    "look_again",
    "record",
    "record_again",
    "switch",
    "withdraw",
]
