"""A client of ``/v1/responses`` is judged by the same rows: one that is right keeps them, of another the wire is told."""

from pathlib import Path

import httpx
import pytest

from grokgate.formats.fixtures import PIXEL, prompt, prompts, schema, tool
from grokgate.formats.home import home
from grokgate.formats.rollout_file import rollout as rollout_of
from grokgate.intercept.replay import unanswered
from grokgate.judgement.expect import Unkept, caller, stream, wire
from grokgate.providers.vehicle import load_adapter
from grokgate.upstream.tape import Tape
from grokgate.upstream.world import load_world
from grokgate.values.call import Call
from grokgate.values.chat import ChatRequest, Failure, Message, ToolCall, joined
from grokgate.values.face import Tells
from grokgate.values.wire import Answer, Exchange, WireRequest

HERE = Path(__file__).parent
SETTING = type("Setting", (), {"api_key": "example-key", "base_url": "https://api.x.ai/v1"})
ROLLOUTS = ("grok-4", "grok-4.7")
RIGHT = ("Thin", "Otherwise")


@pytest.fixture(scope="session")
def tapes():
    worlds = [rollout_of(name).world for name in ROLLOUTS]
    return {world: Tape(load_world(home() / "cassettes" / world), prompts(), key="example-key") for world in worlds}


@pytest.fixture
def ask(tapes):
    """Asks a client something, in a rollout; gives the call."""

    def asked(client, rollout, mode="chat", scenario="plain", **request):
        made, exchanges = load_adapter(f"thin_responses.py:{client}", HERE)(SETTING), []

        def answer(sent):
            headers = {name.lower(): value for name, value in sent.headers.items()}
            left = WireRequest(sent.method, str(sent.url), headers, sent.content)
            found = tapes[rollout.world].answer(left, scenario)
            played = found if isinstance(found, Answer) else unanswered(found)
            miss = None if isinstance(found, Answer) else found
            exchanges.append(Exchange(request=left, answer=played, miss=miss))
            return httpx.Response(played.status, headers=dict(played.headers), content=played.body)

        made.http = httpx.Client(base_url=SETTING.base_url, headers=made.http.headers, transport=httpx.MockTransport(answer))
        messages = request.pop("messages", (Message(role="user", content=prompt(request.pop("prompt", "greeting"))),))
        said = ChatRequest(model=rollout.model, messages=messages, **request)
        result, failure = None, None
        try:
            result = made.chat(said) if mode == "chat" else joined(list(made.stream(said)))
        except Exception as error:
            failure = Failure(kind=type(error).__name__, message=str(error))
        told = Tells.of(made.tells)
        return Call(
            asked=said,
            mode=mode,
            environment={},
            exchanges=tuple(exchanges),
            result=result,
            failure=failure,
            tells=told,
        )

    return asked


@pytest.fixture(params=ROLLOUTS)
def rollout(request):
    return rollout_of(request.param)


WEATHER, PERSON = tool("get_weather"), schema("person")
MADE = ToolCall(id="call_1", name="get_weather", arguments={"city": "Paris"})
TURNS = (
    Message(role="user", content=prompt("weather")),
    Message(role="assistant", content="", tool_calls=(MADE,)),
    Message(role="tool", content='{"celsius": 18}', tool_call_id="call_1"),
)


@pytest.mark.parametrize("client", RIGHT)
def test_what_a_right_client_asks_leaves_as_it_was_asked(client, rollout, ask):
    turns = (Message(role="system", content="Be short."), *TURNS)
    call = ask(client, rollout, messages=turns, limit=500, parameters={"temperature": 0.3}, tools=(WEATHER,), tool_choice="auto")
    wire(call).reaches(rollout.target)
    wire(call).limits(rollout.target.limit_field, 500)
    wire(call).carries("temperature", 0.3)
    wire(call).carries("tools", [WEATHER])
    wire(call).carries("tool_choice", "auto")
    wire(call).offers("get_weather")
    wire(call).carries_the_turns()
    wire(call).without("stop")


@pytest.mark.parametrize("client", RIGHT)
def test_a_format_and_a_named_choice_leave_as_they_were_asked(client, rollout, ask):
    chosen = {"type": "function", "function": {"name": "get_weather"}}
    call = ask(client, rollout, response_format=PERSON, tools=(WEATHER,), tool_choice=chosen)
    wire(call).carries("response_format", PERSON)
    wire(call).carries("tool_choice", chosen)


@pytest.mark.parametrize("client", RIGHT)
def test_images_and_turns_leave_whole(client, ask):
    rollout = rollout_of("grok-4.7")
    wire(ask(client, rollout, images=(PIXEL,))).carries_image(PIXEL)
    said = [{"role": "system", "content": "ß 漢字"}, {"role": "user", "content": "Hello."}]
    wire(ask(client, rollout, messages=tuple(Message(**turn) for turn in said))).messages(said)


@pytest.mark.parametrize("client", RIGHT)
@pytest.mark.parametrize("mode", ["chat", "stream"])
def test_a_right_client_gives_what_xai_answered(client, mode, rollout, ask):
    call = ask(client, rollout, mode)
    for part in ("text", "finish_reason"):
        caller(call).gets_answered(part)
    caller(call).gets_usage()
    caller(call).gets_reasoning_tokens()
    caller(call).is_told_a_substitution(rollout.target)


@pytest.mark.parametrize("client", RIGHT)
def test_tool_calls_come_with_id_name_and_arguments(client, rollout, ask):
    caller(ask(client, rollout, prompt="two-cities", tools=(WEATHER,))).gets_tool_calls(2)


@pytest.mark.parametrize("client", RIGHT)
@pytest.mark.parametrize("part", ["text", "finish_reason", "usage", "told_model"])
def test_a_stream_gives_what_comes_unstreamed(client, part, rollout, ask):
    stream(ask(client, rollout, "stream")).is_same_as(ask(client, rollout), part)


@pytest.mark.parametrize("client", RIGHT)
def test_an_answer_that_is_incomplete_is_told_as_such(client, rollout, ask):
    caller(ask(client, rollout, limit=1)).is_told_that_it_was_cut()


BROKEN = {
    "MisnamesTheEffort": (
        lambda ask, *who: wire(ask(*who, parameters={"reasoning_effort": "low"})).carries("reasoning_effort", "low"),
        "reasoning.effort never left for grok-4.7; reasoning.reasoning_effort did, which /v1/responses does not know",
        "reasoning.effort",
    ),
    "SendsReasoningEmptied": (
        lambda ask, *who: wire(ask(*who, messages=TURNS, tools=(WEATHER,))).carries_the_turns(),
        "input[1] is a reasoning item with nothing in it; it goes back whole, as it came, or not at all",
        "input[1]",
    ),
    "SendsEmptyTurns": (
        lambda ask, *who: wire(ask(*who, messages=TURNS, tools=(WEATHER,))).carries_the_turns(),
        "input[1] is a message of the assistant with nothing in it, which xAI refuses; leave it out",
        "input[1]",
    ),
    "AsksForTheSchemaAsOnChat": (
        lambda ask, *who: wire(ask(*who, response_format=PERSON)).carries("response_format", PERSON),
        "text.format never left for grok-4.7; response_format did, which /v1/responses does not know",
        "text.format",
    ),
    "NestsTheSchemaAsOnChat": (
        lambda ask, *who: wire(ask(*who, response_format=PERSON)).carries("response_format", PERSON),
        'text.format left changed for grok-4.7: text.format.json_schema is {"name": "person",',
        "text.format",
    ),
    "OffersToolsAsOnChat": (
        lambda ask, *who: wire(ask(*who, tools=(WEATHER,))).offers("get_weather"),
        "the tool get_weather never left for grok-4.7 by its name at tools[0].name",
        "tools",
    ),
    "LimitsAsOnChat": (
        lambda ask, *who: wire(ask(*who, limit=500)).limits("max_completion_tokens", 500),
        "the limit 500 belongs in max_output_tokens, but max_tokens=500 left for grok-4.7",
        "max_tokens",
    ),
    "AnswersCallsAsOnChat": (
        lambda ask, *who: wire(ask(*who, messages=TURNS, tools=(WEATHER,))).carries_the_turns(),
        "input[2] is a message of the role tool; /v1/responses takes the result of a call as a function_call_output",
        "input[2]",
    ),
    "LosesTheReasoning": (
        lambda ask, *who: caller(ask(*who)).gets_reasoning_tokens(),
        "xAI billed",
        "usage",
    ),
    "TakesTheIncompleteForWhole": (
        lambda ask, *who: caller(ask(*who, limit=1)).is_told_that_it_was_cut(),
        "xAI cut the answer at the limit; the caller got",
        "finish_reason",
    ),
}


@pytest.mark.parametrize(("client", "statement", "because", "at"), [(name, *said) for name, said in BROKEN.items()], ids=BROKEN)
def test_a_broken_client_is_told_the_place_on_its_wire(client, statement, because, at, ask):
    rollout = rollout_of("grok-4.7")
    for right in RIGHT:
        statement(ask, right, rollout)
    with pytest.raises(Unkept) as raised:
        statement(ask, client, rollout)
    assert (str(raised.value)[: len(because)], raised.value.at) == (because, at)


@pytest.mark.parametrize(
    ("client", "rows"),
    [
        ("MisnamesTheEffort", {"POST-2.5", "POST-2.7"}),
        ("HandsTheEffortOnMisnamed", {"POST-2.7"}),
        ("SendsEmptyTurns", {"POST-4.6"}),
        ("SendsReasoningEmptied", {"POST-4.6"}),
    ],
)
def test_a_broken_client_turns_its_rows_red(client, rows, gate):
    asked = [word for row in ("POST-2.5", "POST-2.7", "POST-4.6") for word in ("--only", row)]
    ran = gate("--provider", f"{HERE}/thin_responses.py:{client}", "--rollout", "grok-4.7", *asked)
    assert {id for id, status in ran.rows.items() if status == "failed"} == rows, ran.said


WRONG = {
    "POST-3.3": "its errors have httpx's sentence, and xAI's is lost",
    "POST-3.4": "the same",
    "POST-7.1": "the same",
    "POST-4.7": "arguments that do not parse are an error of its JSON parser",
}


def test_a_right_client_fails_what_it_does_wrong_and_nothing_else(gate):
    ran = gate("--provider", f"{HERE}/thin_responses.py:Thin", "--rollout", "grok-4.7")
    assert {id for id, status in ran.rows.items() if status in ("failed", "harness_error")} == set(WRONG), ran.said
