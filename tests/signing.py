"""A signer for tests: a made-up authority, a made-up camera, and pictures that they sign."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import c2pa  # type: ignore[import-untyped]  # ships no types
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BY_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAMERA = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


@dataclass(frozen=True)
class Authority:
    """Certificates as PEM text: the authority's, and the camera's with its key."""

    root: str
    chain: str
    key: str


@cache
def authority(name: str = "Lantern Test Authority") -> Authority:
    """Make an authority and a camera that it vouches for, once for each name."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _named(name)
    root = _certificate(issuer, issuer, root_key.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    root = root.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    camera = _certificate(_named("Lantern Test Camera"), issuer, key.public_key())
    camera = camera.add_extension(_usage("digital_signature"), critical=True)
    camera = camera.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
    )
    camera = camera.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
    )
    signed = [each.sign(root_key, hashes.SHA256()) for each in (root, camera)]
    pems = [each.public_bytes(serialization.Encoding.PEM).decode() for each in signed]
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return Authority(pems[0], pems[1] + pems[0], private)


def signed(
    picture: bytes,
    *,
    source_type: str = CAMERA,
    by: Authority | None = None,
    media_type: str = "image/jpeg",
    lies_at: str | None = None,
) -> bytes:
    """Sign a picture with how it was made. `lies_at`: the credentials stay at that address."""
    by = by or authority()
    action = {"action": "c2pa.created", "digitalSourceType": source_type}
    manifest: dict[str, Any] = {
        "claim_generator_info": [{"name": "Lantern Paint", "version": "2.1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    out = io.BytesIO()
    with c2pa.Context() as context, c2pa.Builder(json.dumps(manifest), context) as builder:
        if lies_at is not None:
            builder.set_no_embed()
            builder.set_remote_url(lies_at)
        info = c2pa.C2paSignerInfo(b"es256", by.chain.encode(), by.key.encode(), None)
        with c2pa.Signer.from_info(info) as signer:
            builder.sign(signer, media_type, io.BytesIO(picture), out)
    return out.getvalue()


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lantern Tests"),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)  # noqa: TID251 - the signing library asks the machine's clock too
    made = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    return made.add_extension(identifier, critical=False)


def _usage(*granted: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{one: one in granted for one in every})
