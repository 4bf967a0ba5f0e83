"""A library is asked in its own words, and read in them."""

import pytest

from grokgate.values.chat import ChatRequest, Message, ModelCard
from grokgate.values.names import Names

NAMES = Names(parameters={"stop": "stop_sequences", "reasoning_effort": "thinking"}, models={"grok-4": "x-ai/grok-4"})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("grok-4", "x-ai/grok-4"),
        ("GROK-4", "X-AI/GROK-4"),
        ("GrOk-4", "X-Ai/gRoK-4"),
        (" grok-4\n", " x-ai/grok-4\n"),
        ("x-ai/grok-4", "x-ai/grok-4"),
        ("grok-4-turbo", "grok-4-turbo"),
        ("grok4", "grok4"),
        ("", ""),
    ],
)
def test_a_model_is_called_as_the_library_calls_it(asked, said):
    assert NAMES.model(asked) == said


def test_a_parameter_has_the_librarys_word_in_each_spelling():
    given = {"stop": "END", "reasoningEffort": "low", "topP": 1}
    request = ChatRequest(model="grok-4", messages=(Message(role="user", content="Hello."),), parameters=given)
    assert NAMES.spoken(request).parameters == {"stop_sequences": "END", "thinking": "low", "topP": 1}
    assert NAMES.of(request) == {"grok-4": "x-ai/grok-4", "stop": "stop_sequences", "reasoningEffort": "thinking"}


def test_what_the_library_lists_and_documents_is_read_in_the_rollouts_names():
    (card,) = NAMES.listed([ModelCard(id="x-ai/grok-4", aliases=("grok4", "grok-4"))])
    assert card == ModelCard(id="grok-4", aliases=("grok4",))
    assert NAMES.read("The default is x-ai/grok-4, not x-ai/grok-4-fast.") == "The default is grok-4, not x-ai/grok-4-fast."
