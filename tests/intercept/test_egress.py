"""While the guard stands nothing is reached but what was allowed, and each attempt is told with its caller."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grokgate.intercept import egress
from grokgate.intercept.egress import ANY_PORT, EgressBlocked, EgressGuard, guarding, stand

FAR = ("192.0.2.1", 443)  # an address for documents (RFC 5737)
NAMED = ("telemetry.example", 443)


@pytest.fixture
def seen():
    """The attempts that were told."""
    return []


@pytest.fixture
def guard(seen):
    """A guard that allows nothing."""
    with guarding(EgressGuard((), seen.append)) as guard:
        yield guard


@pytest.fixture
def listening():
    """A port of loopback where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def tcp():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def udp():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


async def dialled(host, port):
    await asyncio.open_connection(host, port)


ATTEMPTS = {
    "connect": lambda: tcp().connect(FAR),
    "connect-by-name": lambda: tcp().connect(NAMED),
    "connect_ex": lambda: tcp().connect_ex(FAR),
    "connect_ex-by-name": lambda: tcp().connect_ex(NAMED),
    "connect-ipv6": lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 443)),
    "connect-ipv4-in-ipv6": lambda: socket.socket(socket.AF_INET6).connect(("::ffff:192.0.2.1", 443)),
    "create_connection": lambda: socket.create_connection(NAMED),
    "create_connection-by-number": lambda: socket.create_connection(FAR),
    "sendto": lambda: udp().sendto(b"metric:1|c", FAR),
    "sendto-with-flags": lambda: udp().sendto(b"metric:1|c", 0, FAR),
    "sendto-by-name": lambda: udp().sendto(b"metric:1|c", NAMED),
    "sendmsg": lambda: udp().sendmsg([b"metric:1|c"], [], 0, FAR),
    "sendmsg-by-name": lambda: udp().sendmsg([b"metric:1|c"], [], 0, NAMED),
    "udp-connect": lambda: udp().connect(FAR),
    "getaddrinfo": lambda: socket.getaddrinfo(*NAMED),
    "getaddrinfo-of-bytes": lambda: socket.getaddrinfo(b"telemetry.example", 443),
    "asyncio": lambda: asyncio.run(dialled(*FAR)),
    "asyncio-by-name": lambda: asyncio.run(dialled(*NAMED)),
}
LOOK_UPS = {
    "getaddrinfo-of-a-service": lambda: socket.getaddrinfo("telemetry.example", "https"),
    "gethostbyname": lambda: socket.gethostbyname("telemetry.example"),
    "gethostbyname_ex": lambda: socket.gethostbyname_ex("telemetry.example"),
    "gethostbyaddr": lambda: socket.gethostbyaddr("192.0.2.1"),
    "getnameinfo": lambda: socket.getnameinfo(FAR, 0),
}


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_an_attempt_is_blocked_and_told_with_host_and_port(attempt, seen):
    with pytest.raises(EgressBlocked, match=r"blocked a connection to .*:443: nothing leaves the machine in replay mode"):
        attempt()
    assert {told.target.rpartition(":")[0] for told in seen} <= {
        "192.0.2.1",
        "telemetry.example",
        "2001:db8::1",
        "::ffff:192.0.2.1",
    }
    assert [told.carries_secret for told in seen] == [False]


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("attempt", LOOK_UPS.values(), ids=LOOK_UPS)
def test_looking_up_a_name_is_an_attempt_too(attempt, seen):
    with pytest.raises(EgressBlocked):
        attempt()
    assert [told.target for told in seen] in (["telemetry.example"], ["192.0.2.1"])


@pytest.mark.usefixtures("guard")
@pytest.mark.parametrize("name", [name for name in ATTEMPTS if name != "asyncio-by-name"])  # looked up in a thread of its own
def test_the_caller_is_told(name, seen):
    with pytest.raises(EgressBlocked):
        ATTEMPTS[name]()
    assert Path(__file__).name in seen[0].stack
    assert "grokgate/intercept" not in seen[0].stack


@pytest.mark.usefixtures("guard")
def test_another_thread_is_guarded_too(seen):
    with ThreadPoolExecutor(1) as threads, pytest.raises(EgressBlocked):
        threads.submit(tcp().connect, FAR).result()
    assert [told.target for told in seen] == ["192.0.2.1:443"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_allowed_port_of_loopback_is_reached(host, listening, seen):
    with guarding(EgressGuard({("127.0.0.1", listening)}, seen.append)), socket.create_connection((host, listening)) as reached:
        assert reached.getpeername() == ("127.0.0.1", listening)
    assert seen == []


def test_asyncio_reaches_an_allowed_port(listening, seen):
    with guarding(EgressGuard({("127.0.0.1", listening)}, seen.append)):
        asyncio.run(dialled("127.0.0.1", listening))
    assert seen == []


def test_each_port_of_an_allowed_host_is_reached(listening, seen):
    with guarding(EgressGuard({("localhost", ANY_PORT)}, seen.append)):
        socket.create_connection(("127.0.0.1", listening)).close()
        with pytest.raises(EgressBlocked):
            tcp().connect(FAR)
    assert [told.target for told in seen] == ["192.0.2.1:443"]


def test_another_port_of_loopback_is_not_reached(listening, seen):
    with guarding(EgressGuard({("127.0.0.1", listening + 1)}, seen.append)), pytest.raises(EgressBlocked):
        socket.create_connection(("127.0.0.1", listening))
    assert [told.target for told in seen] == [f"127.0.0.1:{listening}"]


@pytest.mark.usefixtures("guard")
def test_what_stays_on_the_machine_is_not_blocked(tmp_path, seen):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as near:
        server.bind(str(tmp_path / "near"))
        server.listen()
        near.connect(str(tmp_path / "near"))
    first, second = socket.socketpair()
    first.sendall(b"x")
    assert second.recv(1) == b"x"
    socket.getaddrinfo(None, 0)
    socket.getaddrinfo("127.0.0.1", 0)
    asyncio.run(asyncio.sleep(0))
    assert seen == []


def test_when_the_guard_goes_the_door_is_open_again(listening, seen):
    with guarding(EgressGuard((), seen.append)), pytest.raises(EgressBlocked):
        socket.create_connection(("127.0.0.1", listening))
    socket.create_connection(("127.0.0.1", listening)).close()
    assert len(seen) == 1


def test_of_two_guards_the_inner_one_decides_while_it_stands(listening, seen):
    inner = []
    with guarding(EgressGuard((), seen.append)):
        with guarding(EgressGuard({("127.0.0.1", listening)}, inner.append)):
            socket.create_connection(("127.0.0.1", listening)).close()
        with pytest.raises(EgressBlocked):
            socket.create_connection(("127.0.0.1", listening))
    assert (len(inner), len(seen)) == (0, 1)


def test_a_guard_goes_when_the_test_fails(listening, seen):
    with pytest.raises(ZeroDivisionError), guarding(EgressGuard((), seen.append)):
        raise ZeroDivisionError
    socket.create_connection(("127.0.0.1", listening)).close()


def test_a_guard_may_stand_for_good(monkeypatch, seen):
    monkeypatch.setattr(egress, "_standing", None)  # put back after the test
    stand(EgressGuard((), seen.append))
    with pytest.raises(EgressBlocked):
        tcp().connect(FAR)
    assert [told.target for told in seen] == ["192.0.2.1:443"]


def test_telling_may_use_the_network_itself(listening):
    told = []

    def tell(attempt):
        socket.create_connection(("127.0.0.1", listening)).close()
        told.append(attempt.target)

    with guarding(EgressGuard((), tell)), pytest.raises(EgressBlocked):
        tcp().connect(FAR)
    assert told == ["192.0.2.1:443"]


def test_what_is_blocked_looks_like_a_refused_connection():
    assert issubclass(EgressBlocked, ConnectionRefusedError)
