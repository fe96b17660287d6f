"""Time stamps (RFC 3161): an authority's word that a checkpoint was there at an instant.

A stamp is kept beside its checkpoint, apart from the rows. It counts only if its certificate leads
to an authority that the operator trusts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from evenhand.kit.resources import Resources
from evenhand.ledger.checkpoint import size_said
from evenhand.ledger.errors import StampInvalid, StampsUnread

ANSWER_BYTES_MAX = 64_000  # a token with a whole chain of certificates is a tenth of it
#: From the whole answer down: into it, its second part (the token), that one's second (what it
#: holds), the signed data in it, and its fourth part: the certificates, if it has this tag.
_TO_CERTIFICATES = (1, 1, 0, 3)
_CERTIFICATES = 0xA0
_MISSING = (
    "Time stamps need the package rfc3161-client, which is not installed:"
    " pip install 'evenhand[timestamps]'."
)
_NO_ROOTS = (
    "No authority is trusted: set EVENHAND_TIMESTAMP_ROOTS to a PEM file of the certificates of"
    " those whose time stamps count."
)


def stamp_checkpoint(resources: Resources, note: str, ask: Callable[[bytes], bytes]) -> datetime:
    """Have an authority stamp a checkpoint, keep both apart from the rows, and return the instant.

    `ask` takes the request to it and brings the answer back. Raises StampInvalid when the answer
    is not a good stamp of this note, and StampsUnread when stamps cannot be checked here.
    """
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ImportError as why:
        raise StampsUnread(_MISSING) from why
    if not resources.timestamp_roots:
        raise StampsUnread(_NO_ROOTS)
    built = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = built.build()
    answer = ask(request.as_bytes())
    at = time_of(answer, note, resources.timestamp_roots, nonce=request.nonce)
    resources.shelf.publish(note, size=size_said(note) or 0)
    resources.shelf.stamp(note, answer)
    return at


def time_of(answer: bytes, note: str, roots: str, *, nonce: int | None = None) -> datetime:
    """Return the instant at which an authority stamped a note.

    `roots` are certificates in PEM; `nonce` is that of the request, where it is still known.
    Raises StampInvalid and StampsUnread.
    """
    from cryptography.x509 import load_pem_x509_certificates

    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
    except ImportError as why:
        raise StampsUnread(_MISSING) from why
    try:
        trusted = load_pem_x509_certificates(roots.encode())
    except ValueError as why:
        says = _NO_ROOTS if not roots else "EVENHAND_TIMESTAMP_ROOTS is no list of certificates."
        raise StampsUnread(says) from why
    if len(answer) > ANSWER_BYTES_MAX:
        raise StampInvalid("it is far longer than a time stamp")
    try:
        response = decode_timestamp_response(in_order(answer))
        if response.status:
            raise StampInvalid("the authority refused to stamp it")
        verifier = VerifierBuilder(roots=trusted, nonce=nonce).build()
        verifier.verify_message(response, note.encode())
        at: datetime = response.tst_info.gen_time
    except VerificationError as why:
        raise StampInvalid(_why(str(why))) from why
    except ValueError as why:
        raise StampInvalid("it cannot be read as a time stamp") from why
    return at


def in_order(answer: bytes) -> bytes:
    """Put the certificates of a stamp in the order of their bytes, as DER wants a set.

    Authorities often send them in that of their chain, and the reader is strict. No signature
    covers their order. What is no stamp comes back as it is.
    """
    at, end = 0, len(answer)
    try:
        for step in _TO_CERTIFICATES:
            at, end = _inside(answer, at, end)
            for _ in range(step):
                at = _inside(answer, at, end)[1]
        if answer[at] != _CERTIFICATES:
            return answer
        first, end = _inside(answer, at, end)
        found, at = [], first
        while at < end:
            after = _inside(answer, at, end)[1]
            found.append(answer[at:after])
            at = after
    except IndexError:
        return answer
    return answer[:first] + b"".join(sorted(found)) + answer[end:]


def _inside(content: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the content of a DER value begins and ends. Raises IndexError outside it."""
    size, begin = content[at + 1], at + 2
    if size & 0x80:
        begin += size & 0x7F
        size = int.from_bytes(content[at + 2 : begin], "big")
    if begin + size > end:
        raise IndexError(at)
    return begin, begin + size


def _why(said: str) -> str:
    """Say in our words why a stamp does not hold, without an error stack."""
    if "messages" in said:
        return "it stamps something else"
    if "Nonce" in said:
        return "it answers another request"
    if "certificates" in said:
        return "its signature or certificate leads to no authority that is trusted"
    return said.partition(":")[0]
