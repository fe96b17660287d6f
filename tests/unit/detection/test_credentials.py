"""Whether a file is what was signed is one thing, and who signed it is another."""

from __future__ import annotations

import importlib.util
import io
import socket
import threading
from collections.abc import Iterator
from importlib.machinery import ModuleSpec

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from evenhand.banks import Snapshot
from evenhand.detection import Answer, Finding, ItemContent
from evenhand.detection.model import ImageContent, VideoContent
from evenhand.detection.readers.credentials import ContentCredentials
from evenhand.detection.readers.file_notes import last_part, notes_in
from tests.signing import BY_MODEL, CAMERA, authority, signed
from tests.stage import picture

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {}</rdf:Description></rdf:RDF>
</x:xmpmeta>"""
SETTINGS = "a lighthouse\nSteps: 20, Sampler: Euler, CFG scale: 7, Model: seaside-v3, Size: 64x64"


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Draw one picture."""
    return picture(1, size=(160, 120))


@pytest.fixture(scope="module")
def by_camera(photo: bytes) -> bytes:
    """Sign it as a camera does."""
    return signed(photo)


def look(data: bytes, *, trusted_signers: str = "") -> Finding:
    """Let the reader read one picture."""
    content = ItemContent("i", images=(ImageContent("photo", "m", "0", "x", lambda: data),))
    reader = ContentCredentials(trusted_signers=trusted_signers)
    [finding] = reader.read(content, Snapshot()).findings
    return finding


def png(**texts: str) -> bytes:
    """Save a picture with texts beside it."""
    notes = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        notes.add_text(name, text)
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "teal").save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def jpeg_with_xmp(inside: str) -> bytes:
    """Save a picture with an XMP packet."""
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "teal").save(out, "JPEG", xmp=XMP.format(inside).encode())
    return out.getvalue()


class TestIntegrityAndTrust:
    """Two answers, never one."""

    def test_says_that_a_file_is_what_was_signed_by_nobody_known(self, by_camera: bytes) -> None:
        """Anybody can sign: without a list of signers, none is known, and that is said."""
        found = look(by_camera)
        assert found.answer is Answer.FOUND
        told = {"integrity": "intact", "signer": "not_known", "signers_loaded": False}
        assert told.items() <= found.evidence.items()
        assert found.evidence["signed_by"] == "Lantern Tests"
        assert found.evidence["generator"] == "Lantern Paint 2.1"
        assert "no list of known signers is loaded" in found.why

    @pytest.mark.parametrize("listed", ["root", "chain"])
    def test_knows_a_signer_on_the_list(self, by_camera: bytes, listed: str) -> None:
        """The authority's certificate is enough."""
        found = look(by_camera, trusted_signers=getattr(authority(), listed))
        assert (found.evidence["integrity"], found.evidence["signer"]) == ("intact", "known")
        assert "who is on the list" in found.why

    def test_does_not_know_a_signer_of_another_list(self, by_camera: bytes) -> None:
        """And says that there is a list."""
        found = look(by_camera, trusted_signers=authority("Another Authority").root)
        told = {"integrity": "intact", "signer": "not_known", "signers_loaded": True}
        assert told.items() <= found.evidence.items()
        assert "not on the list" in found.why

    @pytest.mark.parametrize("signer", ["known", "not_known"])
    def test_says_that_a_file_was_changed_whoever_signed_it(
        self, by_camera: bytes, signer: str
    ) -> None:
        """One bit is enough, and a known signer does not mend it."""
        changed = by_camera[:-200] + bytes([by_camera[-200] ^ 1]) + by_camera[-199:]
        found = look(changed, trusted_signers=authority().root if signer == "known" else "")
        assert (found.evidence["integrity"], found.evidence["signer"]) == ("changed", signer)
        assert found.evidence["faults"] == ["assertion.dataHash.mismatch"]

    def test_finds_nothing_in_a_file_without_any(self, photo: bytes, by_camera: bytes) -> None:
        """Also when they were lost on the way, as they are when a picture is saved again."""
        again = io.BytesIO()
        Image.open(io.BytesIO(by_camera)).save(again, "JPEG")
        for data in (photo, again.getvalue()):
            found = look(data)
            assert found.answer is Answer.NOT_FOUND
            assert found.evidence == {"integrity": "none"}


class TestSource:
    """How it says that it was made."""

    def test_suggests_the_label_for_what_a_model_made(self, photo: bytes) -> None:
        """Suggests: a person decides."""
        found = look(signed(photo, source_type=BY_MODEL))
        assert found.evidence["digital_source_type"] == ["trainedAlgorithmicMedia"]
        assert found.evidence["suggests_label"] == "ai_generated"
        assert "Its credentials say that a generative model made it" in found.why

    def test_suggests_nothing_for_what_a_camera_made(self, by_camera: bytes) -> None:
        """Its type is kept all the same."""
        found = look(by_camera)
        assert found.evidence["digital_source_type"] == [last_part(CAMERA)]
        assert "suggests_label" not in found.evidence

    @pytest.mark.parametrize(
        "inside",
        [
            f'Iptc4xmpExt:DigitalSourceType="{BY_MODEL}">',
            f"><Iptc4xmpExt:DigitalSourceType>{BY_MODEL}</Iptc4xmpExt:DigitalSourceType>",
            f'><Iptc4xmpExt:DigitalSourceType rdf:resource="{BY_MODEL}"/>',
            f'><ext:DigitalSourceType  rdf:resource = "{BY_MODEL}"/>',
        ],
    )
    def test_reads_what_unsigned_notes_say_as_that(self, inside: str) -> None:
        """Nobody vouches for them."""
        found = look(jpeg_with_xmp(inside))
        assert found.answer is Answer.FOUND
        assert found.evidence["integrity"] == "none"
        assert found.evidence["suggests_label"] == "ai_generated"
        assert "signer" not in found.evidence
        assert "Unsigned notes in it say" in found.why

    @pytest.mark.parametrize(
        ("data", "generator"),
        [
            (png(parameters=SETTINGS), "an image generator, model seaside-v3"),
            (png(prompt='{"3": {"class_type": "KSampler"}}'), "an image generator, by a graph"),
        ],
    )
    def test_reads_the_settings_of_a_generator(self, data: bytes, generator: str) -> None:
        """And keeps nothing of what was asked of it."""
        found = look(data)
        assert found.evidence["suggests_label"] == "ai_generated"
        assert found.evidence["generator"].startswith(generator)
        assert "lighthouse" not in str(found)

    @pytest.mark.parametrize(
        "data",
        [
            png(parameters="a diary: steps I took"),
            png(prompt="what is this?"),
            png(Software="a camera"),
            jpeg_with_xmp(">"),
            jpeg_with_xmp(f'Iptc4xmpExt:DigitalSourceType="{"x" * 400}">'),
        ],
    )
    def test_reads_nothing_into_other_notes(self, data: bytes) -> None:
        """A word that looks like it is not enough."""
        assert not notes_in(data).by_model
        assert "suggests_label" not in look(data).evidence


def film() -> bytes:
    """Make a film of three grey frames."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as box:
        stream = box.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for shade in (40, 80, 120):
            frame = np.full((64, 64, 3), shade, np.uint8)
            box.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        box.mux(stream.encode())
    return out.getvalue()


def look_at_film(data: bytes, media_type: str = "video/mp4") -> Finding:
    """Let the reader read one film."""
    one = VideoContent("clip", "m", "0", media_type, lambda: data)
    [finding] = ContentCredentials().read(ItemContent("i", videos=(one,)), Snapshot()).findings
    return finding


class TestFilms:
    """A film carries credentials as a picture does."""

    def test_say_how_they_were_made_and_whether_they_were_changed(self) -> None:
        """Integrity and trust, apart."""
        made = signed(film(), source_type=BY_MODEL, media_type="video/mp4")
        found = look_at_film(made)
        assert (found.evidence["integrity"], found.evidence["signer"]) == ("intact", "not_known")
        assert found.evidence["suggests_label"] == "ai_generated"
        changed = look_at_film(made[:-40] + bytes([made[-40] ^ 1]) + made[-39:])
        assert changed.evidence["integrity"] == "changed"
        assert look_at_film(film()).answer is Answer.NOT_FOUND

    def test_of_other_kinds_are_skipped(self) -> None:
        """Not read is not "none"."""
        assert look_at_film(b"x", "video/webm").answer is Answer.SKIPPED


class TestFailing:
    """What could not be read."""

    @pytest.mark.parametrize("data", [b"", b"no picture", picture()[:500]])
    def test_says_failed_of_a_file_that_does_not_open(self, data: bytes) -> None:
        """Nobody knows what it says."""
        assert look(data).answer is Answer.FAILED

    def test_says_failed_of_credentials_that_are_torn(self, by_camera: bytes) -> None:
        """They are there, and cannot be read."""
        at = by_camera.index(b"jumd")
        found = look(by_camera[:at] + b"\xff" * 40 + by_camera[at + 40 :])
        assert found.answer is Answer.FAILED

    @pytest.mark.parametrize("part", [b"c2pa.hash.data", b"Lantern Paint", b"c2pa.signature"])
    def test_never_says_intact_of_credentials_that_were_changed(
        self, by_camera: bytes, part: bytes
    ) -> None:
        """Whichever part of them it is."""
        at = by_camera.index(part) + len(part) + 24
        found = look(by_camera[:at] + bytes([by_camera[at] ^ 1]) + by_camera[at + 1 :])
        assert found.evidence.get("integrity") != "intact"
        assert found.answer is not Answer.NOT_FOUND

    def test_says_failed_when_the_list_of_signers_is_none(self, by_camera: bytes) -> None:
        """Then nobody could be known, and that is a fault of ours."""
        found = look(by_camera, trusted_signers="not a certificate")
        assert found.answer is Answer.FAILED

    def test_says_skipped_without_the_package(
        self, by_camera: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And reads the unsigned notes all the same."""
        real = importlib.util.find_spec

        def without(name: str, package: str | None = None) -> ModuleSpec | None:
            return None if name == "c2pa" else real(name, package)

        monkeypatch.setattr(importlib.util, "find_spec", without)
        found = look(by_camera)
        assert found.answer is Answer.SKIPPED
        assert "evenhand[credentials]" in found.why
        assert look(png(parameters=SETTINGS)).answer is Answer.FOUND

    def test_says_skipped_of_an_item_without_a_picture(self) -> None:
        """There was nothing to look at."""
        [found] = ContentCredentials().read(ItemContent("i"), Snapshot()).findings
        assert found.answer is Answer.SKIPPED


@pytest.fixture
def doorbell() -> Iterator[tuple[str, list[bytes]]]:
    """Listen on this machine, and keep whatever knocks."""
    knocks: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    knocks.append(caller.recv(64))

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/far.c2pa", knocks


class TestTheNetwork:
    """Nothing is fetched."""

    def test_is_left_alone_when_credentials_lie_elsewhere(
        self, photo: bytes, doorbell: tuple[str, list[bytes]]
    ) -> None:
        """Whoever uploads a picture could make us call anywhere."""
        address, knocks = doorbell
        found = look(signed(photo, lies_at=address))
        assert found.answer is Answer.SKIPPED
        assert "none are fetched" in found.why
        assert knocks == []
