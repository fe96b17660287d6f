"""The ledger at the shell: whatever was tampered with is found, and proofs need no house."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from evenhand import people
from evenhand.cli.exits import Exit
from tests.shell import Say, evenhand, with_house
from tests.stage import member

SWAPPED = (
    "update ledger_lines set line = -1 where line = 3;"
    "update ledger_lines set line = 3 where line = 4;"
    "update ledger_lines set line = 4 where line = -1"
)


class TestLedger:
    """Charter, promise 7: any change, gap or reorder is found, and the cron job hears of it."""

    @pytest.mark.parametrize(
        ("tamper", "finds"),
        [
            ("update ledger_lines set text = replace(text, 'fraud', 'other')", "edit"),
            ("delete from ledger_lines where line = 4", "gap"),
            ("update ledger_lines set line = 1000 - line where line in (3, 997)", "gap"),
            (SWAPPED, "place"),
            ("delete from ledger_lines where line >= (select max(line) from ledger_lines)", "tail"),
            ("update ledger_private set content = replace(content, 'Ada', 'Eve')", "private"),
            ("delete from ledger_head", "head"),
        ],
    )
    def test_tampering_is_found(self, data: Path, say: Say, tamper: str, finds: str) -> None:
        say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        assert say("ledger", "verify")["sound"] is True
        with sqlite3.connect(data / "evenhand.sqlite3") as rows:
            rows.executescript(f"pragma foreign_keys=off; {tamper};")
        rows.close()
        found = say("ledger", "verify", status=Exit.FOUND)
        assert found["sound"] is False
        assert finds in {one["kind"] for one in found["findings"]}

    def test_a_tail_that_is_cut_off_with_its_head_is_found(self, data: Path, say: Say) -> None:
        """Whoever rolls the whole database back still has the kept checkpoint against them."""
        before = (data / "evenhand.sqlite3").read_bytes()
        say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        for left in data.glob("evenhand.sqlite3*"):
            left.unlink()
        (data / "evenhand.sqlite3").write_bytes(before)
        found = say("ledger", "verify", status=Exit.FOUND)
        assert "tail" in {one["kind"] for one in found["findings"]}

    def test_it_is_said_in_words_and_by_the_exit_status(self, data: Path) -> None:
        sound = evenhand(data, "ledger", "verify")
        assert (sound.returncode, sound.stdout[:21]) == (0, "The ledger is sound: ")
        with sqlite3.connect(data / "evenhand.sqlite3") as rows:
            rows.execute("update ledger_lines set text = text || ' ' where line = 2")
        rows.close()
        broken = evenhand(data, "ledger", "verify")
        assert broken.returncode == 1
        assert "line 2 does not have the hash it was given" in broken.stdout

    def test_a_proof_is_made_and_checked_without_the_house(self, say: Say, tmp_path: Path) -> None:
        proof = say("ledger", "prove", "3")
        key = say("ledger", "checkpoint")["verifier_key"]
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof))
        nowhere = tmp_path / "nowhere"
        assert evenhand(nowhere, "ledger", "verify-proof", str(file)).returncode == 0
        assert evenhand(nowhere, "ledger", "verify-proof", str(file), "--key", key).returncode == 0
        changed = json.dumps(proof | {"text": proof["text"].replace('"n":3', '"n":2')})
        found = evenhand(nowhere, "ledger", "verify-proof", "-", stdin=changed)
        assert found.returncode == 1
        assert "NOT" in found.stdout

    def test_a_line_is_opened_to_prove_who_acted(
        self, say: Say, data: Path, tmp_path: Path
    ) -> None:
        """The line says `staff`; whoever is shown what it commits to can check that it is that."""
        ada = member(people.Role.ADMINISTRATOR)
        scopes = ["items:write"]
        issued = with_house(
            data, lambda house: house.do(people.issue_key, ada, name="forum", scopes=scopes)
        )
        (line,) = say("ledger", "show", issued.id)["lines"]
        assert (line["type"], line["actor"]) == ("key.issued", "staff")
        assert line["by"].startswith("staff:")
        proof = say("ledger", "prove", str(line["n"]), "--opened")
        assert json.loads(proof["opened"]["content"])["actor"] == line["by"]
        file = tmp_path / "opened.json"
        file.write_text(json.dumps(proof))
        nowhere = tmp_path / "nowhere"
        held = evenhand(nowhere, "ledger", "verify-proof", str(file))
        assert held.returncode == 0
        assert line["by"] in held.stdout
        changed = json.dumps(proof).replace(line["by"], "staff:somebody-else")
        found = evenhand(nowhere, "ledger", "verify-proof", "-", stdin=changed)
        assert found.returncode == 1
        assert "does not commit to what stands beside it" in found.stdout
        why = "Ada asked for it on 3 May."
        assert say("ledger", "erase", str(line["n"]), "--reason", why)["line"] == line["n"]
        (erased,) = say("ledger", "show", issued.id)["lines"]
        assert erased == line | {"by": "staff"}
        missing = ("ledger", "prove", str(line["n"]), "--opened")
        assert say(*missing, status=Exit.NOT_POSSIBLE)["error"]
        again = ("ledger", "erase", str(line["n"]), "--reason", why)
        assert say(*again, status=Exit.NOT_POSSIBLE)["error"] == "nothing_to_erase"
        assert say("ledger", "verify")["sound"]

    def test_a_copy_is_checked_with_the_key_alone(self, say: Say, tmp_path: Path) -> None:
        """As tiles and as lines, without a house; what was changed is found and named."""
        places = (tmp_path / "tiles", tmp_path / "log.jsonl")
        nowhere, kept = tmp_path / "nowhere", tmp_path / "kept"
        kept.write_text(say("ledger", "checkpoint")["checkpoint"])
        for place in places:
            key = say("ledger", "export", str(place))["verifier_key"]
            words = ("ledger", "verify", "--from", str(place), "--against", str(kept), "--key", key)
            held = evenhand(nowhere, *words)
            assert (held.returncode, held.stdout[:21]) == (0, "The ledger is sound: ")
        places[1].write_text(places[1].read_text().replace("clause", "clasue", 1))
        broken = evenhand(nowhere, *words)
        assert broken.returncode == 1
        assert "edit: " in broken.stdout
        assert evenhand(nowhere, "ledger", "verify", "--from", str(tmp_path)).returncode == 3
        for wrong in (("--key", key), ("--from", str(tmp_path), "--key", "x")):
            assert evenhand(nowhere, "ledger", "verify", *wrong).returncode == 3
        missing = evenhand(nowhere, "ledger", "verify", "--from", str(tmp_path), "--key", key)
        assert (missing.returncode, "--checkpoint" in missing.stderr) == (4, True)

    def test_growth_is_proved_to_whoever_kept_a_checkpoint(self, say: Say, tmp_path: Path) -> None:
        """The old checkpoint and the key are all they need."""
        old = say("ledger", "checkpoint")
        kept, file = tmp_path / "kept", tmp_path / "proof.json"
        kept.write_text(old["checkpoint"])
        say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        proof = say("ledger", "prove", "--since", old["checkpoint"].split("\n")[1])
        file.write_text(json.dumps(proof))
        words = ("ledger", "verify-proof", str(file), "--kept", str(kept), "--key")
        held = evenhand(tmp_path / "nowhere", *words, old["verifier_key"])
        assert (held.returncode, held.stdout[:15]) == (0, "The proof holds")
        changed = say("ledger", "rotate-key", "--reason", "It is changed once a year.")
        assert changed["old_key"] == old["verifier_key"]
        file.write_text(json.dumps(say("ledger", "prove", "--since", str(proof["first"]))))
        fails = evenhand(tmp_path / "nowhere", *words, changed["new_key"])
        assert (fails.returncode, "trusted" in fails.stdout) == (1, True)
        both = (changed["new_key"], "--key", changed["old_key"])
        assert evenhand(tmp_path / "nowhere", *words, *both).returncode == 0
        assert say("ledger", "verify")["sound"] is True
        assert say("ledger", "rotate-key", "--reason", "no", status=Exit.NOT_POSSIBLE)["says"]
        assert say("ledger", "prove", status=Exit.NOT_POSSIBLE)["says"]
        assert say("ledger", "prove", "--since", "0", status=Exit.NOT_POSSIBLE)["says"]
