"""Lists of every form are read line by line; what cannot be an entry says so and stops nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from evenhand.banks import (
    Format,
    Given,
    ListUnreadable,
    Polarity,
    Refused,
    Signal,
    format_of,
    read_list,
)
from evenhand.banks.lists.line import Opinion, folded, tags

SAMPLES = Path(__file__).parents[2] / "fixtures" / "signal-exchange"
PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def read(
    text: str | bytes,
    form: Format,
    *,
    signal: Signal = Signal.IMAGE,
    kind: str = "pdq",
    polarity: Polarity = Polarity.HARM,
) -> list[Given | Refused]:
    """Read a list that is held in memory."""
    content = text.encode() if isinstance(text, str) else text
    return list(read_list(io.BytesIO(content), form, kind=kind, signal=signal, polarity=polarity))


def sample(name: str, **about: object) -> list[Given | Refused]:
    """Read a file of the exchange, in the form that its name says."""
    form = Format.NCMEC if name.endswith(".xml") else format_of(name)
    return read((SAMPLES / name).read_bytes(), form, **about)  # type: ignore[arg-type]


def taken(lines: list[Given | Refused]) -> list[tuple[int, str, str]]:
    """Return line, kind and value of what was understood."""
    return [(o.incoming.line, o.kind, o.incoming.value) for o in lines if isinstance(o, Given)]


def refused(lines: list[Given | Refused]) -> dict[int, str]:
    """Return what was refused, by line."""
    return {one.line: one.says for one in lines if isinstance(one, Refused)}


class TestOurTables:
    """CSV and JSON lines."""

    def test_say_of_each_line_what_they_can(self) -> None:
        """And leave the rest to be said for the whole list."""
        head = "hash,kind,source,reason,labels,confidence,expires\n"
        [one, other] = read(
            f"{head}{PDQ},,us,seen twice,a b;c,Indicative,2027-01-31\n{PDQ},sha256,,,,,\n",
            Format.CSV,
        )
        assert isinstance(one, Given)
        said = one.incoming
        assert (one.kind, said.line, said.value) == ("pdq", 2, PDQ)
        assert (said.source, said.reason, said.labels) == ("us", "seen twice", ("a", "b", "c"))
        assert said.confidence == "indicative"
        assert said.expires is not None
        assert said.expires.isoformat() == "2027-01-31T00:00:00+00:00"
        assert isinstance(other, Given)
        assert (other.kind, other.incoming.source, other.incoming.expires) == ("sha256", None, None)

    def test_name_an_expiry_that_is_none(self) -> None:
        """A wrong date is not no date."""
        assert refused(read(f"hash,expires\n{PDQ},soon\n", Format.CSV)) == {
            2: "Its expiry is no date such as 2027-01-31."
        }

    def test_may_be_json(self) -> None:
        """One object a line; anything else is refused where it stands."""
        lines = read(
            json.dumps({"value": "gift card", "labels": ["a"]}) + "\n\n[1]\n{\n",
            Format.JSONL,
            signal=Signal.PHRASE,
            kind="phrase",
        )
        assert taken(lines) == [(1, "phrase", "gift card")]
        assert set(refused(lines)) == {3, 4}

    @pytest.mark.parametrize("form", [Format.CSV, Format.JSONL, Format.LINES])
    def test_end_where_a_line_has_no_end(self, form: Format) -> None:
        """A file that is no list would be held in memory whole otherwise."""
        with pytest.raises(ListUnreadable):
            read('hash\n"' + "x" * 200_000, form)

    def test_are_told_by_their_names(self) -> None:
        """And are a CSV when they are not."""
        names = ("a.csv", "a.JSONL", "a.txt", "a.json", "a.xml", "a")
        assert [format_of(name).value for name in names] == [
            "csv",
            "jsonl",
            "lines",
            "page",
            "ncmec",
            "csv",
        ]


class TestPartnersFiles:
    """What others hand out."""

    def test_have_a_signal_a_line(self) -> None:
        """With its type before it, or bare; what is not held here is refused where it joins."""
        assert taken(sample("local_file_typed.txt")) == [
            (1, "pdq", PDQ),
            (2, "video_md5", "d41d8cd98f00b204e9800998ecf8427e"),
            (3, "url", "https://example.com/bad"),
            (4, "raw_text", "bball now?"),
        ]
        assert taken(sample("local_file_typed.txt", signal=Signal.PHRASE))[3][1] == "phrase"
        assert [kind for _, kind, _ in taken(sample("local_file_untyped_pdq.txt"))] == ["pdq"] * 2

    def test_may_be_the_csv_of_its_command(self) -> None:
        """`threatexchange dataset -P --csv`: a seed is indicative, a dispute is nothing."""
        text = (
            "collab,signal_type,signal_str,category,tags\n"
            f"A,pdq,{PDQ},POSITIVE_CLASS,Spam x\n"
            f"A,pdq,{PDQ},INVESTIGATION_SEED,\n"
            f"A,pdq,{PDQ},NEGATIVE_CLASS,\n"
            f"A,pdq,{PDQ},DISPUTED,\n"
            f"A,pdq,{PDQ},SURE,\n"
        )
        lines = read(text, Format.CSV)
        sure, seed = [one for one in lines if isinstance(one, Given)]
        assert (sure.incoming.source, sure.incoming.labels) == ("A", ("spam", "x"))
        assert (sure.incoming.confidence, seed.incoming.confidence) == (None, "indicative")
        assert set(refused(lines)) == {4, 5, 6}
        fine = read(text, Format.CSV, polarity=Polarity.FINE)
        assert [line for line, _, _ in taken(fine)] == [4]

    def test_may_be_a_page_of_threat_updates(self) -> None:
        """A disagreement is a dispute, and what is to be deleted is taken back."""
        lines = sample("fb_threat_updates_page.json")
        assert refused(lines) == {
            1: "Partners disagree about it.",
            2: "Partners say that it is not harmful: it belongs into another bank.",
        }
        [gone] = [one for one in lines if isinstance(one, Given)]
        assert (gone.retracted, gone.kind) == (True, "video_md5")

    def test_may_be_a_page_of_stopncii(self) -> None:
        """Each record is a seed until a service says that it blocked it."""
        [*seeds, active] = sample("stopncii_fetch_page1.json") + sample("stopncii_fetch_page2.json")
        assert all(isinstance(one, Given) for one in seeds)
        assert isinstance(active, Given)
        assert [one.incoming.confidence for one in seeds if isinstance(one, Given)] == [
            "indicative",
            "indicative",
        ]
        assert active.incoming.confidence is None
        assert active.incoming.labels == ("nude", "objectionable")

    def test_may_be_a_page_of_ncmec(self) -> None:
        """What has no fingerprint of ours is named, and so is what was taken back."""
        lines = sample("ncmec_entries.xml")
        assert [(kind, value[:4]) for _, kind, value in taken(lines)] == [
            ("md5", "a1a1"),
            ("video_md5", "b1b1"),
        ]
        [image] = [o for o in lines if isinstance(o, Given) and o.kind == "md5"]
        assert image.incoming.labels == ("ncmec:42-image1", "a1")
        assert "ncmec:43-image4" in refused(lines)[2]

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("{}", Format.PAGE),
            ("[]", Format.PAGE),
            ("{", Format.PAGE),
            ('{"results": [{"hash_digest": "x", "ideology": "y"}]}', Format.PAGE),
            ("<a/>", Format.NCMEC),
            ("<a>", Format.NCMEC),
            ("<member/>", Format.NCMEC),
            ('<!DOCTYPE a [<!ENTITY b "c">]><queryResult>&b;</queryResult>', Format.NCMEC),
        ],
    )
    def test_are_refused_whole_when_they_are_none_that_is_known(
        self, text: str, form: Format
    ) -> None:
        """A list that sorts people's opinions is none of them, either."""
        with pytest.raises(ListUnreadable):
            read(text, form)


class TestOpinions:
    """What partners say, put together."""

    @pytest.mark.parametrize(
        "case",
        json.loads((SAMPLES / "opinion_aggregation.json").read_text())["table"],
        ids=lambda case: "+".join(case["opinions"]),
    )
    def test_are_put_together_as_the_reference_does(self, case: dict[str, object]) -> None:
        """In whatever order."""
        opinions = [Opinion(one) for one in case["opinions"]]  # type: ignore[attr-defined]  # a list
        assert folded(opinions).value == case["aggregate"]
        assert folded(reversed(opinions)).value == case["aggregate"]

    def test_of_nobody_are_a_seed(self) -> None:
        """Somebody listed it, and said no more."""
        assert folded([]) is Opinion.SEED

    def test_bring_tags_that_become_labels(self) -> None:
        """Whatever they were written in."""
        assert tags(["Adult Nude", "x" * 60, "", "é", "adult nude"]) == ("adult-nude", "x" * 40)
