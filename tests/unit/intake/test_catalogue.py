"""A file of the catalogue becomes an item whole, or as much of it as an item holds."""

from __future__ import annotations

import pytest

from evenhand.intake import CATALOGUE_FILE, ItemRefused, KindRefused, file_item
from evenhand.intake.fields import (
    ItemKind,
)
from evenhand.intake.items import check_item
from evenhand.intake.kinds import check_kind
from tests.catalogue import photo


class TestFileItem:
    def test_carries_the_picture_and_says_where_it_is_from(self) -> None:
        item = file_item(name="photos/a.jpg", origin="Found by a scan of photos.", picture=photo())
        values = {one["name"]: one["value"] for one in item.fields}
        assert values["name"] == item.external_id == "photos/a.jpg"
        assert values["origin"] == "Found by a scan of photos."
        assert values["photo"] == item.images[0].sha256
        assert item.account is None

    def test_is_the_same_item_each_time(self) -> None:
        first, second = (file_item(name="a", origin="o", picture=photo()) for _ in range(2))
        assert first.content_hash == second.content_hash
        assert file_item(name="a", origin="o", text="x").content_hash != first.content_hash

    def test_leaves_out_what_cannot_be_stored(self) -> None:
        item = file_item(name="a", origin="o", picture=photo()[:1_000], text="nul \0 byte")
        assert [one["name"] for one in item.fields] == ["name", "origin"]

    def test_shortens_what_is_too_long(self) -> None:
        item = file_item(name="n" * 300, origin="o", text="t" * 60_000)
        assert item.external_id.startswith("sha256:")
        assert len(next(one["value"] for one in item.fields if one["name"] == "text")) == 50_000

    def test_writes_a_name_that_is_no_text(self) -> None:
        item = file_item(name="a\0\udcff", origin="o")
        assert "\0" not in item.external_id
        item.external_id.encode()


class TestTheKind:
    def test_is_nobody_elses_to_declare_or_send(self) -> None:
        with pytest.raises(KindRefused):
            check_kind(ItemKind("catalogue_file", CATALOGUE_FILE.fields))
        with pytest.raises(ItemRefused):
            check_item({"kind": "catalogue_file"}, {"catalogue_file": CATALOGUE_FILE})
