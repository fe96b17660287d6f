"""What a picture or film says of its own making is told apart from who vouches for it.

Integrity is whether the file is what was signed; trust is whether the operator knows the signer.
Anybody can sign, so neither stands for the other, and no list of known signers ships with Evenhand.
What unsigned notes in the file say is told as that. Nothing is fetched: credentials that lie
elsewhere are skipped.
"""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evenhand.banks import Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.faults import DECODING_FAULTS, SAID_CHARS_MAX, said
from evenhand.detection.model import (
    Answer,
    Finding,
    ImageContent,
    ItemContent,
    Reading,
    VideoContent,
)
from evenhand.detection.readers.file_notes import Notes, last_part, notes_in
from evenhand.kit.images import DEFAULT_LIMITS, check_file

FILM_BYTES_MAX: Final = 200_000_000
FILM_TYPES: Final = frozenset({"video/mp4", "video/quicktime", "video/x-msvideo"})
STORE_CHARS_MAX: Final = 4_000_000
NAME_CHARS_MAX: Final = 120
LABEL: Final = "ai_generated"
"""The label that is suggested to a reviewer, where the policy declares one of this key."""

MADE_BY_MODEL: Final = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"}
)
"""IPTC digital source types that name generative models."""

_TRACES: Final = (b"jumb", b"c2pa.claim")
_SETTINGS: Final = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True}
}


Media = ImageContent | VideoContent


class Integrity(StrEnum):
    """Whether a file is what was signed; `not_read` when nobody looked."""

    INTACT = "intact"
    CHANGED = "changed"
    UNPROVEN = "unproven"
    NONE = "none"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the credentials in a file come to; `faults` are in C2PA's own words."""

    integrity: Integrity
    known: bool = False
    signed_by: str = ""
    source_types: tuple[str, ...] = ()
    generator: str = ""
    faults: tuple[str, ...] = ()


class ContentCredentials:
    """Reads C2PA credentials of pictures and films, and the notes of generators in pictures.

    `trusted_signers` is the PEM text of the certificates that the operator trusts, or empty.
    """

    name: Final = "content_credentials"
    version: Final = "1"

    def __init__(self, *, trusted_signers: str = "") -> None:
        self._trusted = trusted_signers

    def read(self, content: ItemContent, bank: Snapshot) -> Reading:  # noqa: ARG002 - it is quick
        """Return what each says of its making. Nothing is read out to be compared."""
        media: tuple[Media, ...] = (*content.images, *content.videos)
        if not media:
            return Reading(findings=(Finding(Answer.SKIPPED, "The item has no media."),))
        return Reading(findings=tuple(self._looked_at(one) for one in media))

    def _looked_at(self, media: Media) -> Finding:
        try:
            data = media.load()
            media_type, notes = _checked(media, data)
            found = credentials_in(data, media_type, trusted_signers=self._trusted)
        except _NotRead as why:
            return _said(media, Answer.SKIPPED, f"{why}")
        except DECODING_FAULTS as fault:
            says = said("Its content credentials could not be read", fault)
            return _said(media, Answer.FAILED, says)
        return _finding(media, found, notes, signers_loaded=bool(self._trusted))


class _NotRead(DetectorFailed):
    """There may be credentials, and they are not read here."""


def _checked(media: Media, data: bytes) -> tuple[str, Notes]:
    """Check a file before anything else reads it; return its media type and unsigned notes.

    Raises a subclass of ImageRefused, or _NotRead for a film that is too large or of a kind whose
    credentials are not read.
    """
    if isinstance(media, ImageContent):
        media_type, _ = check_file(data, declared=None, limits=DEFAULT_LIMITS)
        return media_type, notes_in(data)
    if len(data) > FILM_BYTES_MAX:
        raise _NotRead(f"Its credentials are not read: it has over {FILM_BYTES_MAX} bytes.")
    if media.media_type not in FILM_TYPES:
        raise _NotRead("Content credentials of films of this kind are not read.")
    return media.media_type, Notes()


def credentials_in(data: bytes, media_type: str, *, trusted_signers: str = "") -> Credentials:
    """Read and check the credentials in a file.

    Raises DetectorFailed when what is there cannot be read. Without the package nobody looked.
    """
    if importlib.util.find_spec("c2pa") is None:
        return Credentials(Integrity.NOT_READ)
    import c2pa  # type: ignore[import-untyped]  # ships no types

    trust = {"trust_anchors": trusted_signers, "allowed_list": trusted_signers}
    settings = _SETTINGS | ({"trust": trust} if trusted_signers else {})
    try:
        with c2pa.Context.from_dict(settings) as context:
            read = c2pa.Reader.try_create(media_type, io.BytesIO(data), context=context)
            if read is None:
                return _none_in(data)
            with read:
                store = read.json()
    except c2pa.C2paError as fault:
        if str(fault).startswith("Remote"):
            raise _NotRead("Its content credentials lie elsewhere; none are fetched.") from fault
        raise DetectorFailed(str(fault)[:SAID_CHARS_MAX]) from fault
    if len(store) > STORE_CHARS_MAX:
        raise DetectorFailed("its credentials are larger than is read")
    return _told(json.loads(store))


def _none_in(data: bytes) -> Credentials:
    """Say that there are none, unless their traces are: then what there was cannot be read."""
    if all(trace in data for trace in _TRACES):
        raise DetectorFailed("there are credentials in it that cannot be read")
    return Credentials(Integrity.NONE)


def _told(store: Mapping[str, Any]) -> Credentials:
    """Tell integrity from trust, and what the manifests say of how it was made."""
    checked = store.get("validation_results", {}).get("activeManifest", {})
    passed = {one["code"] for one in checked.get("success", ())}
    faults = {one["code"] for one in checked.get("failure", ())}
    faults -= {"signingCredential.untrusted", "timeStamp.untrusted"}
    manifests = list(store.get("manifests", {}).values())
    active = store.get("manifests", {}).get(store.get("active_manifest"), {})
    signature = active.get("signature_info", {})
    return Credentials(
        integrity=_integrity(str(store.get("validation_state", "")), faults),
        known="signingCredential.trusted" in passed,
        signed_by=str(signature.get("issuer") or signature.get("common_name") or "")[
            :NAME_CHARS_MAX
        ],
        source_types=tuple(sorted({one for each in manifests for one in _source_types(each)})),
        generator=_generator(active),
        faults=tuple(sorted(faults))[:10],
    )


def _integrity(state: str, faults: set[str]) -> Integrity:
    """Say what the faults come to. A hash that does not match is a file that was changed."""
    if any(code.endswith(".mismatch") for code in faults):
        return Integrity.CHANGED
    return Integrity.INTACT if state in {"Valid", "Trusted"} and not faults else Integrity.UNPROVEN


def _source_types(manifest: Mapping[str, Any]) -> Sequence[str]:
    found = []
    for assertion in manifest.get("assertions", ()):
        if not str(assertion.get("label", "")).startswith("c2pa.actions"):
            continue
        for action in assertion.get("data", {}).get("actions", ()):
            if action.get("digitalSourceType"):
                found.append(last_part(str(action["digitalSourceType"])))
    return found


def _generator(manifest: Mapping[str, Any]) -> str:
    told = manifest.get("claim_generator_info") or [{}]
    words = (told[0].get("name"), told[0].get("version"))
    return " ".join(str(word) for word in words if word)[:NAME_CHARS_MAX]


def _finding(media: Media, found: Credentials, notes: Notes, *, signers_loaded: bool) -> Finding:
    """Say integrity, signer and source in sentences, and in codes for the desk."""
    types = tuple(dict.fromkeys((*found.source_types, *notes.source_types)))
    generator = found.generator or notes.generator
    by_model = bool(MADE_BY_MODEL & set(types)) or notes.by_model
    integrity = found.integrity
    if integrity in _UNSIGNED and not types and not generator:
        answer = Answer.NOT_FOUND if integrity is Integrity.NONE else Answer.SKIPPED
        return _said(media, answer, _UNSIGNED[integrity], integrity=integrity.value)
    evidence: dict[str, Any] = {"integrity": integrity.value, "generator": generator}
    evidence["digital_source_type"] = list(types)
    if integrity not in _UNSIGNED:
        evidence["signer"] = "known" if found.known else "not_known"
        evidence |= {"signed_by": found.signed_by, "signers_loaded": signers_loaded}
        evidence |= {"faults": list(found.faults)} if found.faults else {}
    if by_model:
        evidence["suggests_label"] = LABEL
    says = " ".join(_sentences(found, signers_loaded=signers_loaded))
    if by_model:
        where = "Its credentials say" if _says_so(found) else "Unsigned notes in it say"
        says += f" {where} that a generative model made it, or part of it."
    return _said(media, Answer.FOUND, says.strip(), **evidence)


def _says_so(found: Credentials) -> bool:
    return bool(MADE_BY_MODEL & set(found.source_types))


def _sentences(found: Credentials, *, signers_loaded: bool) -> Sequence[str]:
    if found.integrity in _UNSIGNED:
        return (_UNSIGNED[found.integrity],)
    known = "who is not on the list of known signers"
    if found.known:
        known = "who is on the list of known signers"
    elif not signers_loaded:
        known = "who is not known: no list of known signers is loaded"
    return (_INTEGRITY[found.integrity], f"It was signed by “{found.signed_by}”, {known}.")


_UNSIGNED: Final = {
    Integrity.NONE: "It has no content credentials.",
    Integrity.NOT_READ: "Content credentials are not read here: install evenhand[credentials].",
}
_INTEGRITY: Final = {
    Integrity.INTACT: "The file is what was signed.",
    Integrity.CHANGED: "The file was changed after it was signed.",
    Integrity.UNPROVEN: "Whether the file is what was signed cannot be proven.",
}


def _said(media: Media, answer: Answer, why: str, **evidence: object) -> Finding:
    return Finding(answer, why, media.field, media.media_id, evidence=evidence)
