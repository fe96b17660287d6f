"""The demo's house: its own folder, its staff with real ways to sign in, and its banks.

What a visitor needs to sign in is kept in one file of the folder, readable by its owner alone,
because a demo that was played once can be served again. A folder that holds anything else is left
alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

from evenhand import banks, decision, intake, people, policy, rules
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db.migrate import is_current, migrate
from evenhand.demo.day import Day, KnownMaterial
from evenhand.demo.errors import DemoBroke, DemoCannot
from evenhand.detection import PdqHash, pdq_hash
from evenhand.kit.images import open_image
from evenhand.people import Actor, Role

DETAILS_FILE: Final = "demo.json"
HOST: Final = "127.0.0.1"
STAFF: Final = (
    ("Ada", Role.ADMINISTRATOR),
    ("Lin", Role.LEAD),
    ("Rosa", Role.REVIEWER),
    ("Ren", Role.REVIEWER),
    ("Omar", Role.AUDITOR),
)
SCOPES: Final = ("items:write", "reports:write", "decisions:read")
WEBHOOK_SECRET_BYTES: Final = 32
PASSWORD_PARTS: Final = 4  # of four hexadecimal digits: 64 bits, and easy to type
#: The step before the present one is used up by setting up, so that the present code is fresh.
CODE_STEP: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class SignIn:
    """How one member of staff signs in. Made up, and printed on purpose."""

    name: str
    role: str
    email: str
    password: str
    totp_secret: str


@dataclass(frozen=True)
class Details:
    """What is needed to come back to a played day: secrets of this demo and nobody else's."""

    webhook_secret: str
    staff: tuple[SignIn, ...] = ()
    key: str = ""
    plaza_password: str = ""
    receipts: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, Any] | None = None

    @property
    def played(self) -> bool:
        """Tell whether the day was played to its end."""
        return self.summary is not None


def find(folder: Path) -> Details | None:
    """Return the details of a day that was played in a folder, or None when nothing is there.

    Raises DemoCannot for a folder with anything else in it, or with half a day.
    """
    file = folder / DETAILS_FILE
    if not file.exists():
        if folder.exists() and any(folder.iterdir()):
            raise DemoCannot(
                f"{folder} holds something that is not the demo's, so it was left alone. Choose"
                " an empty folder with --data, or leave it out for a fresh one."
            )
        return None
    raw = json.loads(file.read_text(encoding="utf-8"))
    details = Details(**{**raw, "staff": tuple(SignIn(**each) for each in raw["staff"])})
    if not details.played:
        raise DemoCannot(
            f"The day in {folder} was not played to its end. Remove the folder, or choose another"
            " with --data."
        )
    return details


def keep(folder: Path, details: Details) -> None:
    """Write the details down, readable by the owner alone."""
    fresh = folder / f"{DETAILS_FILE}.fresh"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(asdict(details), out, ensure_ascii=False, indent=1)
    fresh.replace(folder / DETAILS_FILE)


def new_details() -> Details:
    """Make what must be there before the house opens."""
    secret = b64encode(secrets.token_bytes(WEBHOOK_SECRET_BYTES)).decode()
    return Details(webhook_secret=f"whsec_{secret}", plaza_password=_new_password())


def open_up(folder: Path, *, port: int, plaza_port: int, details: Details) -> House:
    """Open the demo's house in its folder, whatever database the settings name for a real one."""
    house = open_house(
        load_settings(
            data=folder,
            database_url=None,
            checkpoints=None,
            master_key=None,
            listen=HOST,
            port=port,
            service_name="Plaza",
            host_webhook_url=f"http://{HOST}:{plaza_port}/evenhand",
            host_webhook_secret=details.webhook_secret,
            worker_seconds=0.1,
        )
    )
    if not is_current(house.db.engine):
        migrate(house.db.engine)
    return house


def furnish(house: House, day: Day, details: Details) -> Details:
    """Put in policy and kinds, appoint the staff, fill the banks, issue Plaza its key."""
    house.do(policy.seed)
    house.do(intake.seed_kinds)
    house.do(rules.seed)
    staff = _appoint(house)
    lead = actor_named(house, "Lin")
    _fill_banks(house, lead, day.known)
    _watch_wording(house, lead)
    ada = actor_named(house, "Ada")
    key = house.do(people.issue_key, ada, name="Plaza", scopes=SCOPES)
    return replace(details, staff=staff, key=key.text)


def _watch_wording(house: House, lead: Actor) -> None:
    """Deploy sample rules about wording, try them on the past, and watch them in the shadow."""
    sample = resources.files("evenhand.rules") / "samples" / "scam_wording.rules"
    files = [(sample.name, sample.read_text("utf-8"))]
    why = "Two members lost money to a promise like these last month."
    now = house.clock.now()
    for version in house.do(rules.deploy, lead, files, why=why):
        trial = house.ask(decision.try_rule, lead, version.called, now - timedelta(days=30), now)
        house.do(rules.keep_trial, lead, version.called, trial.baseline)
        found = "It is new here, so the past has little to say. Let us see what it finds."
        house.do(rules.stage_rule, lead, version.called, rules.Stage.SHADOW, why=found)


def actor_named(house: House, name: str) -> Actor:
    """Return one of the demo's staff as an actor, as if they sat at the console."""
    for each in house.ask(people.staff, people.SYSTEM):
        if each.name == name:
            return house.ask(people.staff_actor, each.id)
    raise DemoBroke(f"{name} is not on the staff.")


def _appoint(house: House) -> tuple[SignIn, ...]:
    """Set up the administrator, who invites the others; each takes up the invitation."""
    made = tuple(_sign_in(name, role) for name, role in STAFF)
    ada, *others = made
    staff_id = house.do(
        people.setup_administrator, None, name=ada.name, email=ada.email, **_means(house, ada)
    )
    administrator = house.ask(people.staff_actor, staff_id)
    for each in others:
        invitation = house.do(
            people.add_staff,
            administrator,
            name=each.name,
            email=each.email,
            role=Role(each.role),
        )
        house.do(people.accept_invitation, invitation.token, **_means(house, each))
    return made


def _sign_in(name: str, role: Role) -> SignIn:
    email, password = f"{name.lower()}@example.org", _new_password()
    people.check_new_password(password, email=email, name=name)
    return SignIn(name, role.value, email, password, people.new_totp_secret())


def _new_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(PASSWORD_PARTS))


def _means(house: House, who: SignIn) -> dict[str, str]:
    """Hash the password outside any transaction, and give the code that proves the secret."""
    return {
        "password_hash": people.hash_password(who.password),
        "totp_secret": who.totp_secret,
        "code": people.totp_code(who.totp_secret, house.clock.now() - CODE_STEP),
    }


def _fill_banks(house: House, lead: Actor, known: KnownMaterial) -> None:
    """Bank the stolen photo as confirmed, phrases and links as something to look at."""
    photo = known.photo.read_bytes()
    likeness = pdq_hash(open_image(photo, declared="image/jpeg").luma())
    if not isinstance(likeness, PdqHash):
        raise DemoBroke("The photo for the bank has no hash that could be compared.")
    hashes = {
        banks.EntryKind.SHA256: hashlib.sha256(photo).hexdigest(),
        banks.EntryKind.PDQ: likeness.bits,
    }
    image, phrase, link = banks.Signal.IMAGE, banks.Signal.PHRASE, banks.Signal.LINK
    sure, maybe = banks.Confidence.CONFIRMED, banks.Confidence.INDICATIVE
    filled = (
        ("Stolen listing photos", image, sure, list(hashes.items()), known.label),
        ("What swindlers write", phrase, maybe, _each(banks.EntryKind.PHRASE, known.phrases),
         "seen in scams on Plaza before"),
        ("Known fraud pages", link, maybe, _each(banks.EntryKind.DOMAIN, known.links),
         "led to pages that collect cards, codes or money"),
    )  # fmt: skip
    for name, signal, confidence, entries, reason in filled:
        house.do(
            banks.create_bank,
            lead,
            name=name,
            signal=signal,
            confidence=confidence,
            clause_key="fraud",
        )
        for kind, value in entries:
            house.do(
                banks.add_entry,
                lead,
                bank=name,
                kind=kind,
                value=value,
                source="Plaza's own cases",
                reason=reason,
            )


def _each(kind: banks.EntryKind, values: tuple[str, ...]) -> list[tuple[banks.EntryKind, str]]:
    return [(kind, value) for value in values]
