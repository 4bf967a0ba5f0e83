"""A stream that is cut over loopback is cut once its client has read what came, whatever the client drops when it breaks."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest

from grokgate.intercept import http_server
from grokgate.intercept.replay import Replay
from grokgate.intercept.unread import unread

BODY = json.dumps(
    {"model": "grok-4", "messages": [{"role": "user", "content": "What is the capital of France?"}], "stream": True}
)
BY_AIOHTTP = """
import asyncio, sys, aiohttp

async def read(url, body):
    got, headers = b"", {"Authorization": "Bearer example-key"}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        try:
            async for line in answer.content:
                got += line
                await asyncio.sleep(0.001)  # whoever hands it on does something with it
        except aiohttp.ClientError as error:
            print(got.count(b"data: "), type(error).__name__)

asyncio.run(read(*sys.argv[1:]))
"""


class DropsWhatItHas(asyncio.Protocol):
    """A client that holds what it read for a moment, and forgets it where the connection is lost meanwhile."""

    def __init__(self, request, holds):
        self.request, self.holds, self.handed, self.lost = request, holds, b"", asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        transport.write(self.request)

    def data_received(self, data):
        asyncio.get_running_loop().call_later(self.holds, self.hand, data)

    def hand(self, data):
        self.handed += b"" if self.lost.done() else data

    def connection_lost(self, error):
        self.lost.set_result(error)


@pytest.fixture
def cut(over_loopback, tape):
    with over_loopback(Replay(tape), fault="stream-cut-late") as (base_url, _):
        yield base_url


def test_a_client_that_drops_what_it_has_not_handed_on_has_handed_it_on(cut):
    head = f"POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer example-key\r\ncontent-length: {len(BODY)}\r\n\r\n"

    async def read(holds):
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: DropsWhatItHas((head + BODY).encode(), holds), "127.0.0.1", port_of(cut))
        await client.lost
        return client.handed

    assert asyncio.run(read(0.03)).count(b"data: ") > 1


def test_aiohttp_hands_on_what_came(cut):
    command = [sys.executable, "-c", BY_AIOHTTP, f"{cut}/chat/completions", BODY]
    events, error = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert (int(events) > 1, error) == (True, "ClientPayloadError")


def asked(client):
    head = f"POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer example-key\r\ncontent-length: {len(BODY)}\r\n\r\n"
    client.sendall((head + BODY).encode())
    while not unread(client.getpeername(), client.getsockname()):
        time.sleep(0.01)
    return client


def test_a_client_that_reads_late_gets_all_and_then_the_end(cut):
    with socket.create_connection(("127.0.0.1", port_of(cut)), timeout=5) as client:
        asked(client)
        time.sleep(0.4)
        client.setblocking(False)
        assert client.recv(1 << 20).count(b"data: ") > 1
        with pytest.raises(BlockingIOError):
            client.recv(1 << 20)
        client.settimeout(5)
        assert client.recv(1 << 20) == b""


def test_a_client_that_never_reads_is_not_waited_for_for_ever(cut, monkeypatch):
    monkeypatch.setattr(http_server, "READ", 0.2)
    with socket.create_connection(("127.0.0.1", port_of(cut)), timeout=5) as client:
        asked(client)
        time.sleep(0.6)
        client.setblocking(False)
        while client.recv(1 << 20):
            pass


def test_where_nobody_can_see_what_is_unread(monkeypatch, tmp_path):
    assert unread(("127.0.0.1", 1), ("127.0.0.1", 2)) is None
    monkeypatch.setattr("grokgate.intercept.unread.TABLE", tmp_path / "none")
    assert unread(("127.0.0.1", 1), ("127.0.0.1", 2)) is None


def port_of(base_url):
    return urlsplit(base_url).port
