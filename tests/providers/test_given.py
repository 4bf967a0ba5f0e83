"""What an adapter gives back is held against what is due, and told by its place."""

from types import SimpleNamespace

import pytest

from grokgate.providers import given
from grokgate.providers.in_process import InProcess
from grokgate.providers.protocol import Setting
from grokgate.providers.vehicle import NotStarted
from grokgate.values.chat import ChatResult, Delta, ModelCard, ToolCall, Usage

RIGHT = [
    ChatResult(text=None),
    ChatResult(text="", usage=Usage(prompt_tokens=10.0, total_tokens=None), notices=["dropped"], cost=1),
    ChatResult(text="", tool_calls=[ToolCall(id="1", name="f", arguments=[1])]),
]
WRONG = {
    "None, where ChatResult is due": None,
    "dict, where ChatResult is due": {"text": ""},
    "b, where": type("b", (), {})(),
    "5 as text, where str or None is due": ChatResult(text=5),
    "'10' as usage.prompt_tokens, where int or None is due": ChatResult(text="", usage=Usage(prompt_tokens="10")),
    "True as usage.total_tokens, where int or None is due": ChatResult(text="", usage=Usage(total_tokens=True)),
    "1.5 as usage.total_tokens, where int or None is due": ChatResult(text="", usage=Usage(total_tokens=1.5)),
    "None as tool_calls[1].id, where str is due": ChatResult(
        text="", tool_calls=(ToolCall(id="1", name="f", arguments={}), ToolCall(id=None, name="f", arguments={}))
    ),
    "list as tool_calls, where a sequence of ToolCall is due": ChatResult(text="", tool_calls=[{"id": "1"}]),
    "'so' as notices, where a sequence of str is due": ChatResult(text="", notices="so"),
}


@pytest.mark.parametrize("result", RIGHT, ids=repr)
def test_an_answer_is_handed_on_as_it_is(result):
    assert given.answer(result) is result


@pytest.mark.parametrize(("told", "result"), WRONG.items(), ids=WRONG)
def test_what_is_none_is_told_by_its_place(told, result):
    with pytest.raises(given.Nonsense) as raised:
        given.answer(result)
    assert str(raised.value).startswith(f"the adapter gave back {told}")


def test_pieces_cards_texts_and_seconds_are_held_too():
    card = ModelCard(id="grok-4")
    assert (given.delta(Delta()), given.cards([card]), given.text(""), given.seconds(None)) == (Delta(), (card,), "", None)
    for wrong, what in (
        (given.delta, Delta(text=None)),
        (given.delta, "Paris"),
        (given.cards, "grok-4"),
        (given.cards, [ModelCard(id=None)]),
        (given.cards, None),
        (given.text, None),
        (given.seconds, "60"),
    ):
        with pytest.raises(given.Nonsense):
            wrong(what)


@pytest.mark.parametrize(
    ("face", "because"),
    [
        ({}, "the adapter has none of chat, stream, achat, astream: mend the adapter"),
        ({"chat": print, "tells": {"modle": False}}, "the adapter says what it takes or tells in a way that is not known here"),
        ({"chat": print, "takes": 7}, "the adapter says what it takes or tells in a way that is not known here"),
    ],
    ids=["no face", "tells", "takes"],
)
def test_a_face_that_makes_no_sense_is_a_slip_of_the_adapter(face, because, tmp_path):
    setting = Setting(environment={}, base_url="", api_key="", workdir=tmp_path)
    with pytest.raises(NotStarted, match=because) as raised:
        InProcess(lambda _: SimpleNamespace(**face, close=print), setting)
    assert raised.value.failure.end == "nonsense"
