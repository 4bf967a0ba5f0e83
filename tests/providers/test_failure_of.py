"""An error becomes data, whatever its causes look like."""

from types import SimpleNamespace

import pytest

from grokgate.providers import openai_chat
from grokgate.providers.vehicle import failure_of, perform
from grokgate.values.chat import MODES, ChatRequest, ChatResult


class Refused(Exception):
    status_code = 429


@pytest.mark.parametrize("length", [1, 2, 3])
def test_causes_that_run_in_a_circle_come_to_an_end(length):
    errors = [ValueError(str(number)) for number in range(length)]
    for error, cause in zip(errors, [*errors[1:], errors[0]], strict=True):
        error.__cause__ = cause
    assert failure_of(errors[0]).status is None


def test_the_status_of_a_cause_is_found():
    error = ValueError("xAI refused")
    error.__cause__ = Refused("slow down")
    assert failure_of(error).status == 429


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_what_no_caller_catches_as_an_error_is_told_as_such(error):
    assert failure_of(error).end == "uncaught"


def test_a_bundled_adapter_that_falls_over_is_not_the_library():
    with pytest.raises(AttributeError) as slip:
        openai_chat._messages(None)
    failure = failure_of(slip.value)
    assert (failure.end, failure.message.partition(":")[0]) == ("nonsense", "the adapter fell over what it got (AttributeError)")
    assert failure_of(KeyError("choices")).end == ""


class Slips:
    """An adapter whose methods are none of those that are due."""

    def chat(self):
        return None

    def stream(self, _):
        return None

    def achat(self, _):
        return ChatResult(text="Paris.")

    async def astream(self, _):
        return []


class Later:
    """What can be awaited, and is no coroutine."""

    def __await__(self):
        yield from ()
        return ChatResult(text="Paris.")


def test_whatever_can_be_awaited_is_awaited():
    adapter = SimpleNamespace(achat=lambda _: Later())
    assert perform(adapter, "achat", ChatRequest(model="grok-4", messages=())).text == "Paris."


@pytest.mark.parametrize("mode", MODES)
def test_an_adapter_whose_methods_are_not_those_that_are_due_is_told_as_one(mode):
    assert perform(Slips(), mode, ChatRequest(model="grok-4", messages=())).end == "nonsense"
