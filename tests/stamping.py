"""A time-stamp authority (RFC 3161) of our own, written from the RFCs with a few lines of DER."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
POLICY = "1.3.6.1.4.1.99999.1"


def der(tag: int, *parts: bytes) -> bytes:
    """Write one value with its tag and length."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def seq(*parts: bytes) -> bytes:
    """Write a SEQUENCE."""
    return der(0x30, *parts)


def integer(value: int) -> bytes:
    """Write an INTEGER."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    """Write an OCTET STRING."""
    return der(0x04, content)


def oid(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytes((first * 40 + second,))
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        content += bytes(reversed(groups))
    return der(0x06, content)


def named(name: str) -> x509.Name:
    """Make a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def tail_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Read the values that stand side by side in some DER."""
    while content:
        tag, size, at = content[0], content[1], 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(content[2 : 2 + count], "big"), 2 + count
        yield tag, content[at : at + size]
        content = content[at + size :]


@dataclass
class Authority:
    """Answers requests with tokens that bear the time it is set to."""

    at: datetime
    status: int = 0
    wrong_nonce: bool = False
    root_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        """Make a root, and the certificate that stamps."""
        builder = x509.CertificateBuilder(
            not_valid_before=self.at - timedelta(days=1),
            not_valid_after=self.at + timedelta(days=9),
        )
        signed = builder.issuer_name(named("Root of a test"))
        ca = x509.BasicConstraints(ca=True, path_length=None)
        self.root = (
            signed.subject_name(named("Root of a test"))
            .serial_number(1)
            .public_key(self.root_key.public_key())
            .add_extension(ca, critical=True)
            .sign(self.root_key, hashes.SHA256())
        )
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self.certificate = (
            signed.subject_name(named("Stamps of a test"))
            .serial_number(2)
            .public_key(self.key.public_key())
            .add_extension(usage, critical=True)
            .sign(self.root_key, hashes.SHA256())
        )

    @property
    def roots(self) -> str:
        """The root's certificate as PEM."""
        return self.root.public_bytes(Encoding.PEM).decode()

    def answer(self, request: bytes) -> bytes:
        """Answer a TimeStampReq with a TimeStampResp."""
        ((_, body),) = tail_of(request)
        parts = list(tail_of(body))
        imprint = der(0x30, parts[1][1])
        nonce = next(content for tag, content in parts[2:] if tag == 0x02)
        if self.wrong_nonce:
            nonce = b"\x01"
        if self.status:
            return seq(seq(integer(self.status)))
        info = seq(
            integer(1),
            oid(POLICY),
            imprint,
            integer(7),
            der(0x18, self.at.strftime("%Y%m%d%H%M%SZ").encode()),
            der(0x02, nonce),
        )
        return seq(seq(integer(0)), self._signed(info))

    def _signed(self, info: bytes) -> bytes:
        """Wrap a TSTInfo in CMS SignedData."""
        sha256 = seq(oid(SHA256))
        attributes = sorted(
            (
                seq(oid(CONTENT_TYPE), der(0x31, oid(TST_INFO))),
                seq(oid(MESSAGE_DIGEST), der(0x31, octets(hashlib.sha256(info).digest()))),
            )
        )
        signature = self.key.sign(der(0x31, *attributes), ec.ECDSA(hashes.SHA256()))
        signer = seq(
            integer(1),
            seq(self.certificate.issuer.public_bytes(), integer(2)),
            sha256,
            der(0xA0, *attributes),
            seq(oid(ECDSA_SHA256)),
            octets(signature),
        )
        signed = seq(
            integer(3),
            der(0x31, sha256),
            seq(oid(TST_INFO), der(0xA0, octets(info))),
            der(0xA0, *self._chain()),
            der(0x31, signer),
        )
        return seq(oid(SIGNED_DATA), der(0xA0, signed))

    def _chain(self) -> list[bytes]:
        """Write both certificates in the order that DER does not allow, as many authorities do."""
        both = (self.certificate, self.root)
        return sorted((each.public_bytes(Encoding.DER) for each in both), reverse=True)


@contextmanager
def served(authority: Authority, *, status: int = 200) -> Iterator[str]:
    """Serve an authority on this machine; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["content-length"]))
            asked = self.headers["content-type"] == "application/timestamp-query"
            answer = authority.answer(request) if asked and status == 200 else b""
            self.send_response(status)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stamp"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
