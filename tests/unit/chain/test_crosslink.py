from dataclasses import replace

import pytest

from harmony_core.chain import (
    Header,
    HeaderVersion,
    decode_cross_link,
    decode_cross_links,
    encode_cross_links,
)
from harmony_core.chain.crosslink import are_cross_links_sorted, cross_link_of, sort_cross_links
from harmony_core.errors import DecodeError
from harmony_core.primitives import BlockNumber, ShardID, ViewID
from support.sample_chain_data import LINK
from support.sample_headers import sample_header


def test_a_header_without_crosslinks_has_an_empty_field() -> None:
    assert encode_cross_links([]) == b""
    assert decode_cross_links(b"") == ()
    assert decode_cross_links(b"\xc0") == ()
    assert decode_cross_links(encode_cross_links([LINK, LINK])) == (LINK, LINK)
    assert decode_cross_link(LINK.encode()) == LINK


def test_a_crosslink_is_no_list_of_crosslinks() -> None:
    for decode, data in (
        (decode_cross_links, LINK.encode()),
        (decode_cross_link, encode_cross_links([LINK])),
    ):
        with pytest.raises(DecodeError):
            decode(data)


def test_crosslinks_are_sorted_by_shard_height_and_view() -> None:
    later_view = replace(LINK, view_id=ViewID(LINK.view_id + 1))
    later = replace(LINK, number=BlockNumber(LINK.number + 1))
    other = replace(LINK, shard_id=ShardID(2), number=BlockNumber(1))
    ordered = (LINK, LINK, later_view, later, other)
    assert sort_cross_links(reversed(ordered)) == ordered
    assert are_cross_links_sorted(ordered)
    assert are_cross_links_sorted([])
    for place in range(1, 4):
        swapped = [*ordered[:place], ordered[place + 1], ordered[place], *ordered[place + 2 :]]
        assert not are_cross_links_sorted(swapped)


def test_a_crosslink_is_made_from_the_child_which_carries_the_commit() -> None:
    parent: Header = sample_header(HeaderVersion.V3)
    child = sample_header(
        HeaderVersion.V3, parent_hash=parent.hash, number=parent.number + 1, last_commit_bitmap=b"\x0f"
    )
    link = cross_link_of(child, parent)
    assert (link.block_hash, link.number, link.view_id) == (parent.hash, parent.number, parent.view_id)
    assert (link.shard_id, link.epoch) == (parent.shard_id, parent.epoch)
    assert (link.signature, link.bitmap) == (child.last_commit_signature, b"\x0f")
