"""A whole back catalogue at the shell: what is known to be harmful in it, file by file.

Lines come as files are looked at, and what was told is written down before. Stopped or killed, it
goes on where it was; run again, it looks only at what changed.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand import __version__
from evenhand.cli.exits import Exit
from evenhand.cli.hash import processors
from evenhand.cli.output import flag, note
from evenhand.cli.scan_lines import Lines
from evenhand.cli.scan_progress import Progress
from evenhand.cli.shell import Unreadable, opened

if TYPE_CHECKING:
    from evenhand import sweep
    from evenhand.bootstrap import House
    from evenhand.cli.scan_banks import Compared

WORKERS_MAX: Final = 256


Place = Annotated[
    str, Parameter(help="A folder, file, archive, Parquet, .jsonl export, or s3://bucket/prefix.")
]
More = Annotated[str, Parameter(help="More of them.")]
Banks = Annotated[
    list[str] | None,
    Parameter(negative="", help="Compare with this bank alone; may come several times."),
]
Workers = Annotated[
    int | None,
    Parameter(
        validator=Number(gte=1, lte=WORKERS_MAX),
        help="How many files at once; else as many as there are processors.",
    ),
]
StateFolder = Annotated[
    Path | None, Parameter(help="Folder to keep what was seen in; unset: in the data folder.")
]
AccountId = Annotated[
    str | None, Parameter(help="The host's id of the account that files handed in belong to.")
]
BytesColumn = Annotated[
    str | None, Parameter(help="Parquet: the column of bytes, or of paths; else found.")
]
RunsOn = Annotated[
    Literal["local", "ray"], Parameter(help="What it runs on: this machine, or Ray.")
]
ClusterAddress = Annotated[
    str | None, Parameter(help="Address of a Ray cluster; unset: one started for this scan.")
]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What was asked for at the shell."""

    paths: tuple[str, ...]
    workers: int
    engine: str
    address: str | None
    fresh: bool
    thorough: bool
    state: Path | None
    submit: bool
    account: str | None
    columns: sweep.Columns


@dataclass
class _Run:
    """What is open while a command runs, and what came of each source so far."""

    house: House
    asked: _Asked
    banks: Compared
    job: sweep.Job
    engine: sweep.Engine
    lines: Lines
    stopped: Callable[[], bool]
    summaries: list[sweep.Summary] = field(default_factory=list)
    handed_in: int = 0
    kept_back: list[tuple[bytes, str]] = field(default_factory=list)


def scan(  # noqa: PLR0913 - each is an option at the shell
    path: Place,
    /,
    *paths: More,
    bank: Banks = None,
    workers: Workers = None,
    fresh: Annotated[bool, flag("Forget what earlier scans of these saw, and begin anew.")] = False,
    thorough: Annotated[
        bool, flag("Let every detector look that is installed, not only those that compare.")
    ] = False,
    state: StateFolder = None,
    report: Annotated[Path | None, Parameter(help="Write a report as one HTML file.")] = None,
    submit: Annotated[
        bool, flag("Hand in what was found as items, so that rules and people go on with it.")
    ] = False,
    account: AccountId = None,
    column: BytesColumn = None,
    id_column: Annotated[str | None, Parameter(help="Parquet: the column that names rows.")] = None,
    engine: RunsOn = "local",
    address: ClusterAddress = None,
    json: Annotated[
        bool, flag("Print one JSON object a line, for programs.", name="--json")
    ] = False,
) -> Exit:
    """Look at every file of a catalogue, and say where something known to be harmful is.

    Exits 0 when nothing was found and every file was looked at, 1 when something was found, and 2
    when nothing was found but not everything could be looked at.
    """
    from evenhand import sweep

    asked = _Asked(
        paths=(path, *paths),
        workers=workers or processors(),
        engine=engine,
        address=address,
        fresh=fresh,
        thorough=thorough,
        state=state,
        submit=submit,
        account=account,
        columns=sweep.Columns(column, id_column),
    )
    with ExitStack() as stack:
        house = stack.enter_context(opened())
        sources = [sweep.open_source(each, asked.columns) for each in asked.paths]
        run = _begun(stack, house, asked, bank or [], as_json=json)
        states = []
        for source in sources:
            states.append(stack.enter_context(_state(run, source)))
            _swept(run, source, states[-1])
            if run.stopped():
                break
        if report is not None:
            _write_report(run, report, sources, states)
        return _ended(run)


def _begun(
    stack: ExitStack, house: House, asked: _Asked, names: list[str], *, as_json: bool
) -> _Run:
    """Freeze the banks and start the engine."""
    from evenhand import intake, sweep
    from evenhand.cli import scan_banks

    compared = scan_banks.frozen(house, names)
    if not any(compared.entries.values()) and not asked.thorough:
        raise sweep.NothingToCompare
    stack.enter_context(sweep.held(compared.folder))
    exact = sweep.Exact(scan_banks.open_banks(str(compared.folder)))
    job = sweep.Job(
        str(compared.folder),
        scan_banks.open_banks,
        sweep.digests_for(exact.kinds),
        thorough=asked.thorough,
        kinds=tuple(house.ask(intake.kinds).values()),
    )
    engine: sweep.Engine
    if asked.engine == "ray":
        engine = sweep.RayEngine(asked.workers, address=asked.address)
    else:
        engine = sweep.LocalEngine(asked.workers)
    stack.callback(engine.close)
    stopped = stack.enter_context(_stopping())
    return _Run(house, asked, compared, job, engine, Lines(as_json=as_json), stopped)


@contextmanager
def _state(run: _Run, source: sweep.Source) -> Iterator[sweep.State]:
    from evenhand import sweep

    folder = run.asked.state or run.house.settings.data.resolve() / "sweeps"
    state = sweep.State(folder, source.place, fresh=run.asked.fresh)
    try:
        yield state
    finally:
        state.close()


def _swept(run: _Run, source: sweep.Source, state: sweep.State) -> None:
    """Sweep one source, telling of each file as it is done."""
    from evenhand import sweep

    label = sweep.shown(source.label)
    with Progress(source, label, quiet=run.lines.as_json) as progress:

        def told(passed: sweep.Passed) -> None:
            progress.advance(fresh=passed.fresh)
            run.lines.tell(passed)

        sweeping = sweep.Sweep(
            source,
            state,
            run.engine,
            run.job,
            run.banks.mark,
            run.banks.clauses,
            told,
            stopped=run.stopped,
            hand_in=_handing_in(run, source) if run.asked.submit else None,
        )
        run.summaries.append(sweeping.run())
    run.handed_in += sweeping.handed_in
    run.kept_back += sweeping.kept_back


def _handing_in(run: _Run, source: sweep.Source) -> Any:
    """Return what hands in the findings of one file of a source."""
    from evenhand import intake, sweep
    from evenhand.worker import Worker

    house = run.house
    desk = sweep.Desk(
        do=house.do,
        ask=house.ask,
        resources=house.resources,
        kinds=house.ask(intake.kinds),
        advance=Worker(house).advance,
        account_id=run.asked.account,
    )
    origin = f"Found by a scan of {sweep.shown(source.label).rstrip('/') or 'one file'}."

    def hand_in(outcome: sweep.Outcome, where: Any) -> sweep.HandedIn:
        name = source.label + outcome.name
        return sweep.hand_in(desk, outcome, where, name=name, origin=origin)

    return hand_in


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C end the scan in good order, and the second at once."""
    asked: list[int] = []

    def stop(_number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(1)
        note("Stopping: what is in hand is finished. Ctrl-C again stops at once.")

    before: Any = None
    with suppress(ValueError):  # not in the main thread: then nobody presses Ctrl-C here
        before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(asked)
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _write_report(
    run: _Run, file: Path, sources: list[sweep.Source], states: list[sweep.State]
) -> None:
    from evenhand import sweep

    facts = sweep.Facts(
        at=run.house.clock.now(),
        version=__version__,
        engine=f"{run.engine.workers} workers, engine {run.engine.name}",
        banks=run.banks.clauses,
        entries=run.banks.entries,
    )
    parts = [
        sweep.part_of(source.label, given, state, summary)
        for source, given, state, summary in zip(
            sources, run.asked.paths, states, run.summaries, strict=False
        )
    ]
    try:
        with file.open("w", encoding="utf-8") as page:
            sweep.write_report(page, facts, sweep.together(run.summaries), parts)
    except OSError as why:
        raise Unreadable(f"{file} cannot be written: {why.strerror}.") from why
    note(f"The report is in {file}.")


def _ended(run: _Run) -> Exit:
    """Print what it came to, and choose the exit status."""
    from evenhand import sweep
    from evenhand.detection import Answer

    total = sweep.together(run.summaries)
    exit_ = Exit.OK
    if not total.whole:
        exit_ = Exit.INTERRUPTED
    elif total.answers[Answer.FOUND]:
        exit_ = Exit.FOUND
    elif not total.clean or run.kept_back:
        exit_ = Exit.NOT_WHOLE
    run.lines.end(
        total, exit_, handed_in=run.handed_in if run.asked.submit else None, kept_back=run.kept_back
    )
    if exit_ is Exit.INTERRUPTED:
        note("Stopped before its end. Run the same command again to go on from here.")
    return exit_
