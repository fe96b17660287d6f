"""Rooms are entered by the front door.

A room is a package of the house. Other packages may import the room itself, whose `__init__` says
what it offers, and nothing behind it. Built-in contract types cannot say this in one place: a
`protected` contract with wildcards lets one room reach another room's store.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.domain.imports import Module

Illegal = tuple[str, str, int | None]

#: How deep a module of a room lies: `evenhand.queue.store` has three parts.
BEHIND_THE_DOOR: Final = 3


class FrontDoorContract(Contract):
    """No package imports what lies behind another room's front door.

    Options: `rooms`, the packages that have a front door; `side_doors`, import expressions that
    are allowed, each for a reason written beside it.
    """

    type_name = "front_door"

    rooms = fields.ListField(subfield=fields.ModuleField())
    side_doors = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter calls it so
        """Find every import that goes past a front door and through no side door."""
        output.verbose_print(verbose, "Looking for imports that go past a front door...")
        removal = contract_utils.remove_ignored_imports_and_report(
            graph=graph,
            ignore_imports=cast("Any", self.side_doors),
            unmatched_alerting=contract_utils.AlertLevel.NONE,
        )
        rooms = [room.name for room in cast("list[Module]", self.rooms)]
        illegal = [found for room in rooms for found in _past_the_door(graph, room)]
        return ContractCheck(
            kept=not illegal,
            warnings=list(removal.warnings),
            ignored_import_count=removal.ignored_import_count,
            metadata={"illegal": illegal},
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import, and what to write instead."""
        for importer, imported, line in check.metadata["illegal"]:
            room = ".".join(imported.split(".")[: BEHIND_THE_DOOR - 1])
            where = f" (l.{line})" if line else ""
            output.print_error(f"{importer} -> {imported}{where}: import {room} instead")
            output.new_line()


def _past_the_door(graph: grimp.ImportGraph, room: str) -> Iterator[Illegal]:
    """Yield imports of a room's insides from outside of it, in order."""
    if room not in graph.modules:
        return
    for inside in sorted(graph.find_descendants(room)):
        for importer in sorted(graph.find_modules_that_directly_import(inside)):
            if importer == room or importer.startswith(room + "."):
                continue
            details = graph.get_import_details(importer=importer, imported=inside)
            yield importer, inside, details[0]["line_number"] if details else None
