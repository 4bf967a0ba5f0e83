"""A provider in a process of its own: which rule its host breaks, how it ends, and what becomes of it then."""

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from grokgate.formats.fixtures import prompts
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.expect import stream
from grokgate.providers.description import described_by
from grokgate.providers.host.channel import Channel, Gone, TooLong
from grokgate.providers.host.process import HostProcess
from grokgate.providers.launcher import Launcher
from grokgate.providers.protocol import Setting
from grokgate.providers.subject import DidNotStart, Ended, NoBuild, NoDocumentation, NoListing, Subject, Transcript
from grokgate.providers.vehicle import NotStarted
from grokgate.values.chat import ChatRequest, Message

OFFER = '{"modes": ["chat"], "lists": true, "documents": true}'
REQUEST = ChatRequest(model="grok-4", messages=(Message(role="user", content="Hello."),))
SPEAKS = """
import os, sys, time
first, then = sys.argv[1:]
for number, line in enumerate(sys.stdin, start=1):
    said = (first if number == 1 else then).replace("$ID", str(number))
    if said == "dies":
        os._exit(3)
    if said == "sleeps":
        time.sleep(60)
    sys.stdout.buffer.write(said.encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
"""


@pytest.fixture
def host(tmp_path):
    """Starts a host that answers ``start`` and then each other request with these bytes, ``$ID`` for the id that is due."""
    script, started = tmp_path / "host.py", []
    script.write_text(SPEAKS)

    def start(then="dies", first='{"id": $ID, "result": ' + OFFER + ', "egress": []}\n', seconds=5.0):
        setting = Setting(environment={}, base_url="http://127.0.0.1:9/v1", api_key="key", workdir=tmp_path)
        command = (sys.executable, "-S", str(script), first, then)
        begun = HostProcess(setting, allowed=[], on_egress=print, command=command, call_seconds=seconds)
        started.append(begun)
        return begun

    yield start
    for one in started:
        one.close()


ANSWER = '{"id": $ID, "result": {"text": "Paris."}, "egress": []}'
RULES = {
    "no JSON": (
        "ready!\n",
        "a line holds one JSON object; this one is no JSON (Expecting value: line 1 column 1 (char 0)): 'ready!'",
    ),
    "no UTF-8": ("\udcff\n", "a line is UTF-8; this one has a byte 0xff at 0"),
    "no object": ("[1]\n", "a line holds one JSON object; this one is of another kind: '[1]'"),
    "wrong id": (ANSWER.replace("$ID", "7") + "\n", "a reply repeats the id of its request, 2; this one has 7"),
    "no id": ('{"result": {"text": ""}, "egress": []}\n', "a reply repeats the id of its request, 2; this one has none"),
    "both": (
        ANSWER.replace("{", '{"failure": {"kind": "E", "message": ""}, ', 1) + "\n",
        "a reply has either a result or a failure; this one has both",
    ),
    "neither": ('{"id": $ID, "egress": []}\n', "a reply has either a result or a failure; this one has neither"),
    "no egress": ('{"id": $ID, "result": {"text": ""}}\n', "a reply has egress, [] where nothing was tried; this one has none"),
    "another key": (
        ANSWER.replace("{", '{"took": 3, ', 1) + "\n",
        "a reply has id, egress, and result or failure; this one has took, too",
    ),
    "result": (ANSWER.replace('"Paris."', "5") + "\n", "result.text: 5 is not of type 'string', 'null'"),
    "deep": (
        ANSWER.replace('"Paris."', '"Paris.", "usage": {"prompt_tokens": "ten"}') + "\n",
        "result.usage.prompt_tokens: 'ten' is not of type 'integer', 'null'",
    ),
    "failure": ('{"id": $ID, "failure": {"kind": "E"}, "egress": []}\n', "failure: 'message' is a required property"),
    "egress": ('{"id": $ID, "result": {"text": ""}, "egress": ["x.ai:443"]}\n', "egress[0]: 'x.ai:443' is not of type 'object'"),
    "a line more": (ANSWER + "\n" + "done\n", "a host says one line for each request; it said more: 'done\\n'"),
}


@pytest.mark.parametrize(("said", "rule"), RULES.values(), ids=RULES)
def test_a_rule_that_is_broken_is_named(said, rule, host):
    failure = host(said).call(REQUEST)
    assert (failure.kind, failure.end) == ("HostTalkedNonsense", "nonsense")
    assert failure.message.startswith(f"the host broke the protocol: {rule}")


def test_a_line_that_comes_between_two_requests_is_told_with_the_second(host):
    running = host(ANSWER + "\n")
    running._channel._unread += b"listening\n"
    assert "a host says one line for each request; it said more: 'listening" in running.call(REQUEST).message


def test_a_line_without_its_line_feed_is_told_as_one(host):
    failure = host(ANSWER, seconds=0.5).call(REQUEST)
    assert failure.end == "nonsense"
    assert 'a line ends with a line feed; none came within 0.5 s: \'{"id": 2,' in failure.message


def test_an_offer_that_is_none_is_named_at_the_start(host):
    with pytest.raises(NotStarted, match=r"result\.modes\[0\]: 'chats' is not one of") as raised:
        host(first='{"id": $ID, "result": {"modes": ["chats"], "lists": false, "documents": false}, "egress": []}\n')
    assert raised.value.failure.end == "nonsense"


def test_each_method_has_a_result_of_its_own(host):
    assert "result: {'text': 'Paris.'} is not of type 'array'" in host(ANSWER + "\n").models().message
    assert "result: {'text': 'Paris.'} is not of type 'string'" in host(ANSWER + "\n").documentation().message
    assert "result: {'text': 'Paris.'} is not of type 'number', 'null'" in host(ANSWER + "\n").read_timeout().message


def test_a_process_that_ends_or_keeps_silent_is_told_as_such(host):
    dead, silent = host("dies"), host("sleeps", seconds=0.3)
    assert dead.gone is None
    ended = dead.call(REQUEST)
    assert (ended.message, ended.end, dead.gone) == ("the provider's process ended (exit code 3)", "exit", ended)
    late = silent.call(REQUEST)
    assert (late.message, late.end) == ("the provider said nothing for 0.3 s", "silence")


def test_one_that_ended_by_itself_since_it_was_asked_last_can_be_closed(host):
    running = host(ANSWER + "\n")
    assert running.call(REQUEST).text == "Paris."
    running._process.kill()
    running.close()
    assert running.gone.end == "exit"


def test_a_line_may_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr("grokgate.providers.host.channel.LONGEST", 100)
    (read, write), (other, _) = os.pipe(), os.pipe()
    with os.fdopen(write, "wb", 0) as out:
        out.write(b"x" * 200)
        with pytest.raises(TooLong):
            Channel(os.fdopen(os.dup(write), "wb", 0), os.fdopen(read, "rb", 0)).ask(b"", 1.0)
    os.close(other)
    assert issubclass(TooLong, Gone)


# --- what becomes of it


PROVIDERS = """
import os, sys
from pathlib import Path
from grokgate.values.chat import ChatResult

class Plain:
    def __init__(self, setting):
        with Path(setting.options["starts"]).open("a") as starts:
            starts.write(".")
        self.base_url, self.key = setting.base_url, setting.api_key
    def chat(self, request):
        return ChatResult(text=" ".join(sorted({*sys.modules, *os.environ})))
    def close(self):
        pass

class Dies(Plain):
    def chat(self, request):
        if request.model == "grok-4":
            os._exit(3)
        return super().chat(request)

    def models(self):
        os._exit(3)

    def documentation(self):
        os._exit(3)

    def read_timeout(self):
        os._exit(3)

class Leaves(Plain):
    def chat(self, request):
        raise SystemExit("Error: no")

class DoesNotStart(Plain):
    def __init__(self, setting):
        super().__init__(setting)
        raise RuntimeError("no licence")

class Hangs(Plain):
    def chat(self, request):
        import time
        time.sleep(60)

class Waits(Plain):
    def chat(self, request):
        import asyncio, httpx, aiohttp, requests
        url = f"{self.base_url}/chat/completions"
        async def by_aiohttp():
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(600)) as session:
                await session.post(url, json={})
        async def by_httpx():
            async with httpx.AsyncClient(timeout=600) as client:
                await client.post(url, json={})
        ways = {
            "httpx": lambda: httpx.post(url, json={}, timeout=600),
            "requests": lambda: requests.post(url, json={}, timeout=600),
            "httpx async": lambda: asyncio.run(by_httpx()),
            "aiohttp": lambda: asyncio.run(by_aiohttp()),
        }
        ways[request.model]()

class ByAiohttp(Plain):
    async def astream(self, request):
        import aiohttp, asyncio, json
        from grokgate.values.chat import Delta
        turns = [{"role": turn.role, "content": turn.content} for turn in request.messages]
        body = {"model": request.model, "messages": turns, "stream": True}
        key = {"Authorization": f"Bearer {self.key}"}
        async with aiohttp.ClientSession(headers=key) as session:
            async with session.post(f"{self.base_url}/chat/completions", json=body) as answer:
                async for line in answer.content:
                    await asyncio.sleep(0)  # as one that does something with each line
                    if line.startswith(b"data: {"):
                        for choice in json.loads(line[6:])["choices"]:
                            yield Delta(text=choice["delta"].get("content") or "")

class Odd(Plain):
    def chat(self, request):
        return ChatResult(text="Paris.", usage={"prompt_tokens": 1})
"""


@pytest.fixture
def provider(tmp_path, world):
    """The provider of this name, without a word on its vehicle; its ``starts`` are counted."""
    (tmp_path / "mine.py").write_text(PROVIDERS)
    launchers = []

    def make(name, **said):
        options = {"starts": str(tmp_path / "starts")}
        description = described_by(
            {"name": "mine", "adapter": f"mine.py:{name}", "options": options, **said}, tmp_path / "mine.toml", ""
        )
        launchers.append(Launcher(description, world, prompts(), key="example-key", say=print))
        return Subject(launcher=launchers[-1], transcript=Transcript(), rollout=rollout(), prompts=prompts())

    yield make
    for launcher in launchers:
        launcher.close()


def starts(tmp_path: Path) -> int:
    return len((tmp_path / "starts").read_text())


def next_case(subject: Subject) -> Subject:
    return replace(subject, transcript=Transcript())


def test_who_does_not_ask_for_it_is_alone_in_a_process(provider, monkeypatch):
    monkeypatch.setenv("GROKGATE_ROLLOUT", "grok-4.7")
    seen = set(provider("Plain").chat("grok-4").result.text.split())
    assert not {"pytest", "_pytest", "vcr", "respx", "jsonschema"} & seen
    assert not [name for name in seen if name.startswith(("PYTEST", "GROKGATE"))]
    assert "pytest" in provider("Plain", vehicle="in-process").chat("grok-4").result.text.split()


def test_one_that_died_is_started_anew_for_the_next_case_and_no_sooner(provider, tmp_path):
    first = provider("Dies")
    assert first.chat("grok-4").failure.end == "exit"
    with pytest.raises(Ended):
        first.chat("grok-3")
    assert (starts(tmp_path), [asked for asked, _ in first.transcript.ends]) == (1, ["chat('grok-4')"])
    assert next_case(first).chat("grok-3").result
    assert starts(tmp_path) == 2
    other = next_case(first).under(A="b")
    other.chat("grok-4")
    assert other.transcript.ends[0][0] == "chat('grok-4') with A='b'"


def test_a_question_on_which_others_rest_is_asked_of_one_that_lives(provider):
    first = provider("Dies")
    first.chat("grok-4")
    assert first.anew.chat("grok-3").result
    assert first.anew.chat("grok-4").failure.end == "exit"


def test_a_death_turns_red_what_is_about_it_and_no_row_rests_on_one_that_holds(gate, misbehaving):
    """By streams it dies of tools alone, so that nothing else is wrong with streams; by ``achat`` of everything."""
    rows = ("POST-1.2", "POST-1.3", "POST-4.4", "POST-6.1")
    ran = gate("--provider", misbehaving("DiesOfToolsInStreams"), *(word for row in rows for word in ("--only", row)))
    assert ran.rows == {"POST-1.2": "failed", "POST-1.3": "not_run", "POST-4.4": "failed", "POST-6.1": "failed"}
    red = {case.id for case in ran.evidence.cases if case.status == "failed"}
    by_streams = {id for id in red if "stream" in id}
    assert {id.partition("[")[0] for id in by_streams} == {"POST-4.4", "POST-6.1"}
    assert {id for id in by_streams if id.startswith("POST-6.1")} == {"POST-6.1[tool_calls-stream]"}


def test_one_that_does_not_start_is_tried_once_for_each_deployment(provider, tmp_path):
    subject = provider("DoesNotStart")
    for _ in range(3):
        with pytest.raises(DidNotStart, match="no licence"):
            next_case(subject).chat("grok-4")
    assert starts(tmp_path) == 1
    with pytest.raises(DidNotStart, match="no licence"):
        next_case(subject).under(A="b").chat("grok-4")
    assert starts(tmp_path) == 2


def test_one_that_keeps_silent_is_waited_for_twice(provider, tmp_path, monkeypatch):
    monkeypatch.setattr("grokgate.providers.launcher.CALL_SECONDS", 0.3)
    subject = provider("Hangs")
    assert [next_case(subject).chat("grok-4").failure.end for _ in range(4)] == ["silence"] * 4
    assert starts(tmp_path) == 2


@pytest.mark.parametrize("vehicle", ["host", "in-process"])
def test_what_an_adapter_gives_back_that_is_no_answer_is_told_as_its_slip(vehicle, provider):
    call = provider("Odd", vehicle=vehicle).chat("grok-4")
    assert call.failure.end == "nonsense"
    assert call.failure.message == "the adapter gave back dict as usage, where Usage or None is due"


@pytest.mark.parametrize("vehicle", ["host", "in-process"])
def test_an_exit_is_no_error_in_either_vehicle(vehicle, provider):
    subject = provider("Leaves", vehicle=vehicle)
    assert (subject.chat("grok-4").failure.end, subject.transcript.ends[0][0]) == ("uncaught", "chat('grok-4')")


@pytest.mark.parametrize("asked", ["models", "documentation", "read_timeout"])
def test_a_death_is_seen_whatever_was_asked(asked, provider):
    subject = provider("Dies", claims=["chat", "models"])
    with suppress(NoListing, NoDocumentation):
        getattr(subject, asked)()
    assert [(what, failure.end) for what, failure in subject.transcript.ends] == [(f"{asked}()", "exit")]


def test_a_row_that_wants_an_error_is_red_where_the_provider_died(gate, misbehaving):
    ran = gate("--provider", misbehaving("DiesInEachCall"), "--only", "POST-3.5")
    assert ran.rows == {"POST-3.5": "failed"}
    told = {case.because.partition(": ")[2] for case in ran.evidence.cases if case.status != "passed"}
    assert told == {"the provider's process ended (exit code 3)"}


def test_a_module_is_found_from_inside_its_package(tmp_path, provider):
    package = tmp_path / "grown"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "inner.py").write_text(PROVIDERS + "\nfrom grown import beside\n")
    (package / "beside.py").touch()
    subject = provider("Plain", adapter="grown.inner:Plain")
    inside = replace(subject.launcher.description, path=package / "inner.py")
    subject.launcher.description = inside
    assert subject.chat("grok-4").result


def test_what_aiohttp_had_before_a_stream_broke_was_handed_on(provider):
    for _ in range(3):
        call = provider("ByAiohttp").chat("grok-4", mode="astream", fault="stream-cut-late")
        stream(call).was_handed_on_as_it_came()


WAITS = {"httpx": "ReadTimeout", "requests": "ReadTimeout", "httpx async": "ReadTimeout", "aiohttp": "TimeoutError"}


def test_a_timeout_of_ten_minutes_is_met_in_a_second(provider, monkeypatch):
    monkeypatch.setattr("grokgate.providers.launcher.CALL_SECONDS", 20.0)
    subject = provider("Waits").impatient
    met = [subject.chat(client, fault="timeout") for client in WAITS]
    assert [call.failure.kind for call in met] == list(WAITS.values()), [call.failure for call in met]
    assert max(call.seconds for call in met) < 10


def test_one_whose_waits_cannot_be_cut_short_is_not_blamed_for_it(provider, monkeypatch):
    monkeypatch.setattr("grokgate.providers.launcher.CALL_SECONDS", 0.5)
    with pytest.raises(NoBuild, match=r"add \[builds\.impatient\] to tell"):
        provider("Hangs").impatient.chat("grok-4", fault="timeout")


def test_a_build_of_the_providers_own_that_soon_gives_up_goes_before(provider):
    subject = provider("Plain", builds={"impatient": {"options": {"timeout": 1}}})
    assert subject.impatient.build == "impatient"
