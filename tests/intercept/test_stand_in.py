"""A stand-in for api.x.ai, as clients of any language meet it."""

import shutil
import socket
import ssl
import subprocess
import time

import httpx
import openai
import pytest
import trustme

from grokgate.intercept.stand_in import NotServed, StandIn
from grokgate.upstream.tape import Tape
from grokgate.values.script import says

CURL = shutil.which("curl")
KEY = "xai-Zq8Rr2LmN0pVb7Xw5Ty3Uc1Ka9Hd6Ge4"
PROMPT = "A prompt that nobody may read in a log."
ASKED = {"model": "grok-4", "messages": [{"role": "user", "content": PROMPT}]}


def trusting(xai, key=KEY):
    """An httpx client that trusts the stand-in's authority and no other."""
    trust = ssl.create_default_context(cafile=xai.ca_file) if xai.ca_file else True
    return httpx.Client(base_url=xai.base_url, verify=trust, headers={"Authorization": f"Bearer {key}"}, timeout=10)


def curl(xai, *words):
    """What curl says that trusts the stand-in's authority."""
    line = [CURL, "-sS", "--noproxy", "*", "--cacert", str(xai.ca_file), *words]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def asked(client, **more):
    return client.post("/chat/completions", json=ASKED | more)


def statuses(client, number):
    return [asked(client).status_code for _ in range(number)]


@pytest.fixture(scope="module")
def xai():
    """A stand-in that speaks TLS."""
    with StandIn(tls=True) as xai:
        yield xai


@pytest.fixture
def files(tmp_path):
    """A certificate and its key as a user has them, and the authority behind them."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key, trusted = (tmp_path / name for name in ("cert.pem", "key.pem", "ca.pem"))
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(trusted)
    return certificate, key, trusted


# --- TLS ----------------------------------------------------------------------------------------------------------------


def test_httpx_trusts_the_authority_and_gets_answer_and_stream(xai):
    with trusting(xai) as client:
        assert asked(client).json()["choices"][0]["message"]["content"]
        with client.stream("POST", "/chat/completions", json=ASKED | {"stream": True}) as stream:
            assert list(stream.iter_lines())[-2:] == ["data: [DONE]", ""]


def test_who_does_not_trust_the_authority_gets_nothing(xai):
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{xai.base_url}/models")


def test_openai_gets_answer_stream_and_refusal_over_tls(xai):
    trust = ssl.create_default_context(cafile=xai.ca_file)
    with httpx.Client(verify=trust) as http:
        client = openai.OpenAI(api_key=KEY, base_url=xai.base_url, http_client=http, max_retries=0)
        answer = client.chat.completions.create(**ASKED).choices[0].message.content
        chunks = list(client.chat.completions.create(**ASKED, stream=True))
        assert answer == "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        with pytest.raises(openai.BadRequestError) as refused:
            client.chat.completions.create(**ASKED, stop=["END"])
    assert "stop" in refused.value.response.json()["error"]


@pytest.mark.skipif(not CURL, reason="there is no curl here")
def test_curl_trusts_the_authority_and_may_call_it_by_the_name_of_xai(xai):
    led = ["--connect-to", f"api.x.ai:443:127.0.0.1:{xai.port}", "-H", f"Authorization: Bearer {KEY}"]
    done = curl(xai, *led, "https://api.x.ai/v1/models")
    assert '"object":"list"' in done.stdout.replace(" ", "")


def test_chunks_come_in_time_over_tls():
    with StandIn(tls=True, fault="slow-body") as xai, trusting(xai) as client:
        begun = time.monotonic()
        with client.stream("POST", "/chat/completions", json=ASKED | {"stream": True}) as stream:
            came = [time.monotonic() - begun for _ in stream.iter_raw()]
    assert came[-1] - came[0] > 0.3


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("fault", ["reset", "stream-cut"])
def test_connections_break_with_and_without_tls(tls, fault):
    with StandIn(tls=tls, fault=fault) as xai, trusting(xai) as client, pytest.raises(httpx.TransportError):
        asked(client, stream=True)


@pytest.mark.skipif(not CURL, reason="there is no curl here")
def test_a_reset_over_tls_is_a_reset_of_the_connection():
    with StandIn(tls=True, fault="reset") as xai:
        assert "reset" in curl(xai, f"{xai.base_url}/models").stderr


@pytest.mark.parametrize("tls", [False, True])
def test_while_it_refuses_nobody_listens_and_then_it_answers_again(tls):
    with StandIn(tls=tls) as xai, trusting(xai) as client:
        with xai.refusing(), pytest.raises(httpx.ConnectError):
            asked(client)
        assert statuses(client, 1) == [200]


def test_it_closes_at_once_beside_a_client_that_never_shakes_hands():
    xai = StandIn(tls=True)
    with socket.create_connection(("127.0.0.1", xai.port)):
        begun = time.monotonic()
        xai.close()
        assert time.monotonic() - begun < 5


def test_who_speaks_without_tls_is_not_answered(xai):
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{xai.port}/v1/models")


def test_the_file_of_the_authority_holds_no_key_and_goes_with_the_stand_in():
    with StandIn(tls=True) as xai:
        told = xai.ca_file.read_text()
        assert told.count("BEGIN") == 1
        assert "PRIVATE" not in told
    assert not xai.ca_file.parent.exists()
    xai.close()


def test_a_certificate_of_the_user_is_shown(files):
    certificate, key, trusted = files
    with StandIn(certificate=(certificate, key)) as xai:
        assert xai.ca_file is None
        trust = ssl.create_default_context(cafile=trusted)
        assert httpx.get(f"{xai.base_url}/models", verify=trust, headers={"Authorization": "Bearer any"}).status_code == 200


def test_a_certificate_that_cannot_be_used_is_refused_with_the_reason(files):
    certificate, key, trusted = files
    with pytest.raises(NotServed, match=f"there is no file {key}x"):
        StandIn(certificate=(certificate, key.with_name("key.pemx")))
    with pytest.raises(NotServed, match="OpenSSL says"):
        StandIn(certificate=(trusted, key))


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")
def test_a_key_with_a_passphrase_is_refused_and_asks_nobody(files):
    certificate, key, _ = files
    locked = key.with_name("locked.pem")
    subprocess.run(
        ["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", locked], check=True, capture_output=True
    )
    with pytest.raises(NotServed, match=r"locked\.pem cannot be used"):
        StandIn(certificate=(certificate, locked))


# --- keys, changes and what was seen ------------------------------------------------------------------------------------


def test_where_there_is_a_key_another_gets_the_answer_for_a_wrong_one():
    with StandIn(key=KEY) as xai:
        with trusting(xai) as right, trusting(xai, "xai-another") as wrong:
            assert (asked(right).status_code, asked(wrong).status_code) == (200, 400)
        assert "Incorrect API key" in xai.requests[1].refusal


def test_a_served_model_changes_in_the_middle_of_a_run():
    with StandIn(changes=["after 1: world=grok-4.3"]) as xai, trusting(xai) as client:
        assert [asked(client).json()["model"] for _ in range(3)] == ["grok-4-0709", "grok-4.3", "grok-4.3"]


def test_a_429_comes_now_and_then():
    with StandIn(changes=["every 3: fault=rate-limit"]) as xai, trusting(xai) as client:
        assert statuses(client, 6) == [200, 200, 429, 200, 200, 429]


def test_credits_are_spent_and_bought():
    with StandIn(changes=["after 1: scenario=no-credits", "after 3: scenario=plain"]) as xai, trusting(xai) as client:
        assert statuses(client, 4) == [200, 403, 403, 200]


def test_a_fault_that_strikes_once_strikes_once_each_time_it_takes_hold():
    changes = ["after 1: fault=unavailable-once", "after 3: fault=none", "after 4: fault=unavailable-once"]
    with StandIn(changes=changes) as xai, trusting(xai) as client:
        assert statuses(client, 6) == [200, 503, 200, 200, 503, 200]


def test_a_refusal_and_what_a_fault_strikes_use_no_answer_up():
    changes = ["after 1: fault=stream-cut", "after 2: fault=rate-limit", "after 3: fault=none"]
    with StandIn(answers=["One.", says("Two.")], changes=changes) as xai, trusting(xai) as client:
        assert asked(client, stop=["END"]).status_code == 400
        with pytest.raises(httpx.TransportError):
            asked(client)
        assert asked(client).status_code == 429
        client.get("/models")
        came = [asked(client).json()["choices"][0]["message"]["content"] for _ in range(3)]
    assert came == ["One.", "Two.", "Two."]
    assert [seen.rule for seen in xai.requests[-3:]] == ["scripted"] * 3


def test_answers_hold_in_each_world_of_a_schedule():
    with StandIn(answers=["Mild."], changes=["after 1: world=grok-4.3"]) as xai, trusting(xai) as client:
        came = [asked(client).json() for _ in range(2)]
    assert [(answer["model"], answer["choices"][0]["message"]["content"]) for answer in came] == [
        ("grok-4-0709", "Mild."),
        ("grok-4.3", "Mild."),
    ]


def test_what_was_asked_is_kept_in_its_order():
    with StandIn() as xai, trusting(xai) as client:
        client.get("/models")
        asked(client)
        asked(client, stop=["END"])
        asked(client, tools=[{"type": "web_search"}], response_format={"type": "json_object"})
    assert [(seen.method, seen.path, seen.model, seen.status) for seen in xai.requests] == [
        ("GET", "/v1/models", "", 200),
        ("POST", "/v1/chat/completions", "grok-4", 200),
        ("POST", "/v1/chat/completions", "grok-4", 400),
        ("POST", "/v1/chat/completions", "grok-4", 599),
    ]
    assert xai.requests[2].refusal == "Argument not supported on this model: stop"
    assert "nearest is rule" in xai.requests[3].miss


def test_no_prompt_and_no_key_is_in_what_was_seen():
    with StandIn() as xai, trusting(xai) as client:
        asked(client, tools=[{"type": "web_search"}])
        asked(client, model=KEY)
        asked(client, model="xai-Bq8Rr2LmN0pVb7Xw5Ty3Uc1Ka9Hd6Ge4")
        client.post(f"/chat/{KEY}?key={KEY}", json=ASKED)
        client.headers["Authorization"] = "Bearer a-key-of-no-known-kind"
        asked(client, model="a-key-of-no-known-kind")
    with StandIn(scenario="wrong-key") as refusing, trusting(refusing) as client:
        asked(client)
    told = str(xai.requests + refusing.requests)
    assert len(xai.requests) == 5
    for hidden in (PROMPT, KEY, "Bq8Rr2", "no-known-kind", "xa***e4"):
        assert hidden not in told


def test_what_a_client_writes_cannot_steer_a_terminal_nor_fill_it():
    with StandIn() as xai, trusting(xai) as client:
        asked(client, model="\x1b[2J\nred " + "x" * 5000)
    seen = xai.requests[0]
    assert "\x1b" not in seen.model + seen.refusal
    assert len(seen.model) <= 80
    assert len(seen.refusal) < 500


def test_a_tape_that_fails_is_a_miss_that_tells_no_text_of_the_request(monkeypatch):
    def fails(tape, request, scenario, says):  # noqa: ARG001  the signature of the tape
        raise KeyError(request.body)

    monkeypatch.setattr(Tape, "answer", fails)
    with StandIn() as xai, trusting(xai) as client:
        assert statuses(client, 1) == [599]
    assert xai.requests[0].miss == "the tape failed on the request: KeyError"


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"world": "nix"}, "grok-4.3"),
        ({"changes": ["after 1: world=nix"]}, "grok-4.3"),
        ({"changes": ["after 1: scenario=nix"]}, "no-credits"),
        ({"changes": ["every 2: fault=nix"]}, "rate-limit"),
        ({"changes": ["after 1: fault=refused"]}, "nobody listens"),
        ({"changes": ["now: fault=reset"]}, "such as"),
        ({"answers": ["tool:now={"]}, "such as"),
        ({"scenario": "billed", "changes": ["after 1: world=grok-4.3"]}, "world grok-4.3 plays no scenario 'billed'"),
    ],
    ids=str,
)
def test_what_cannot_be_served_is_refused_with_what_can(wrong, names):
    with pytest.raises(NotServed, match=names):
        StandIn(**wrong)


def test_a_port_that_is_taken_is_named_and_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with StandIn() as xai, pytest.raises(NotServed, match=f"port {xai.port} cannot be had"):
        StandIn(tls=True, port=xai.port)
    assert list(tmp_path.iterdir()) == []
