"""The driver of a peer: what it says where there is none."""

from __future__ import annotations

import socket

import pytest

from benchmarks.hub_peer import Peer, PeerUnreachableError, peer_case


class TestPeer:
    """`peer_case`."""

    def test_nobody_there_is_said_with_what_to_do(self) -> None:
        """The address, what happened and what is needed stand in one line."""
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))  # bound, so that nobody else listens there
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            with pytest.raises(PeerUnreachableError, match="Start it") as refused:
                peer_case(Peer(url, ["a token"]), 1, 0.1)
        assert url in str(refused.value)
