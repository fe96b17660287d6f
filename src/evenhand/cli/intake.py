"""Room 1 at the shell: which kinds of item the host may send, and sending one by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from evenhand import intake, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, file_or_stdin, show, table
from evenhand.cli.shell import Unreadable, opened, read_json, read_toml

app = App(name="intake")
kinds = App(name="kinds", help="Kinds of item: what the host may send, field by field.")
app.command(kinds)


@kinds.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List the declared kinds and their fields. A field with * is required, with … holds many.

    Beside each stands what happens to its items when a detector failed or took too long.
    """
    with opened() as house:
        found = house.ask(intake.kinds)
    rows = [
        (kind.name, _written(field), kind.when_not_looked_at)
        for kind in found.values()
        for field in kind.fields
    ]
    empty = "No kind is declared. `evenhand migrate` declares those that ship."
    text = table(("kind", "field", "when not looked at"), rows, empty=empty)
    show({"kinds": list(found.values())}, as_json=json, text=text)
    return Exit.OK


def _written(field: intake.Field) -> str:
    marks = ("*" if field.required else "") + ("…" if field.many else "")
    return f"{field.name}{marks}: {field.type} ({field.role})"


@kinds.command
def declare(
    file: Annotated[Path, file_or_stdin("The kind as TOML, or as .json")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Declare a kind of item, or its fields anew. Items received before keep their own fields.

    The file holds `name`, and a table `[[fields]]` for each field with `name`, `type` (text,
    image, video, link, int, float, bool, time), and if you like `role`, `required` and `many`. It
    may hold `when_not_looked_at`: hold, review (as is when it is left out) or allow.
    """
    written = read_json(file) if file.suffix == ".json" else read_toml(file)
    name, fields, then = _kind(written)
    with opened() as house:
        kind = house.do(
            intake.declare_kind, people.SYSTEM, name=name, fields=fields, when_not_looked_at=then
        )
    show(kind, as_json=json, text=[f"Declared {kind.name} with {len(kind.fields)} fields."])
    return Exit.OK


@kinds.command
def unlooked(
    name: Annotated[str, Parameter(help="The kind.")],
    then: Annotated[
        intake.WhenNotLookedAt,
        Parameter(help="hold it until a look succeeds, let a person review it, or allow it."),
    ],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Choose what happens to items of a kind when a detector failed or took too long.

    Nothing is held unless a clause with the key checked-first is in force: it is the rule that the
    person affected is told.
    """
    with opened() as house:
        found = house.ask(intake.kinds).get(name)
        if found is None:
            raise Unreadable(f"There is no kind {name!r}: see `evenhand intake kinds list`.")
        kind = house.do(
            intake.declare_kind,
            people.SYSTEM,
            name=name,
            fields=found.fields,
            when_not_looked_at=then,
        )
    show(kind, as_json=json, text=[f"{kind.name}: {kind.when_not_looked_at} when not looked at."])
    return Exit.OK


def _kind(written: Any) -> tuple[str, list[intake.Field], intake.WhenNotLookedAt]:
    """Read a kind from a file. Raises Unreadable, which says what is wrong with it."""
    may = {"name", "fields", "when_not_looked_at"}
    if not isinstance(written, dict) or not {"name", "fields"} <= set(written) <= may:
        raise Unreadable(
            "The file holds `name` and `fields`, perhaps `when_not_looked_at`, and nothing else."
        )
    if not isinstance(written["fields"], list):
        raise Unreadable("`fields` is a list: write a table [[fields]] for each.")
    then = str(written.get("when_not_looked_at", intake.WhenNotLookedAt.REVIEW))
    if then not in set(intake.WhenNotLookedAt):
        raise Unreadable(f"when_not_looked_at is one of {', '.join(intake.WhenNotLookedAt)}.")
    fields = [_field(one, at) for at, one in enumerate(written["fields"], 1)]
    return str(written["name"]), fields, intake.WhenNotLookedAt(then)


_KNOWN = {"name", "type", "role", "required", "many"}


def _field(one: Any, at: int) -> intake.Field:
    if not isinstance(one, dict) or not {"name", "type"} <= set(one) <= _KNOWN:
        raise Unreadable(f"Field {at} needs `name` and `type`; it may have role, required, many.")
    media = one["type"] in intake.MEDIA_TYPES
    usual = intake.FieldRole.MEDIA if media else intake.FieldRole.OTHER
    try:
        return intake.Field(
            name=str(one["name"]),
            type=intake.FieldType(one["type"]),
            role=intake.FieldRole(one.get("role", usual)),
            required=one.get("required", False) is True,
            many=one.get("many", False) is True,
        )
    except ValueError as why:
        types, roles = ", ".join(intake.FieldType), ", ".join(intake.FieldRole)
        raise Unreadable(f"Field {at}: a type is one of {types}; a role one of {roles}.") from why


@app.command
def send(
    file: Annotated[Path, file_or_stdin("An item as JSON, as POST /api/v1/items takes it")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Send one item by hand, let detectors and rules look at it, and say where it stands."""
    from evenhand import decision, queue
    from evenhand.worker import Worker

    written = read_json(file)
    with opened() as house:
        declared = house.ask(intake.kinds)
        received = intake.submit_item(house.do, house.resources, declared, people.SYSTEM, written)
        complete = Worker(house).advance(received.item_id)
        standing = house.ask(decision.standing_item, received.item_id)
        task = house.ask(queue.open_task, received.item_id)
    verdict = "review" if standing == "allow" and task else standing
    value = {
        "item_id": received.item_id,
        "created": received.created,
        "verdict": verdict,
        "task_id": task.id if task else None,
        "looked_at": complete,
    }
    known = "received now" if received.created else "was here already, unchanged"
    pairs: list[tuple[str, object]] = [
        ("item", f"{received.item_id} ({known})"),
        ("verdict", verdict),
        ("task", task.id if task else "none waits for a person"),
    ]
    if not complete:
        pairs.append(("note", "not everything has looked at it yet; a worker goes on"))
    show(value, as_json=json, text=facts(pairs))
    return Exit.OK


@app.command
def assess(
    file: Annotated[Path, file_or_stdin("An item as JSON, as POST /api/v1/assess takes it")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Ask what would become of an item if it were sent. Nothing of it is kept."""
    from evenhand.api import shown

    written = read_json(file)
    with opened() as house:
        checked = intake.check_item(written, house.ask(intake.kinds))
        value = house.ask(shown.assessed, people.SYSTEM, checked)
    why = [(one.get("rule") or one["detector"], one["says"]) for one in value["reasons"]]
    lines = [*facts([("verdict", value["verdict"]), *why]), ""]
    rows = [
        (f"{one['detector']}@{one['version']}", one["field"], one["answer"], one["says"])
        for one in value["assessments"]
    ]
    lines += table(("detector", "field", "answer", "why"), rows, empty="No detector looked.")
    show(value, as_json=json, text=lines)
    return Exit.OK
