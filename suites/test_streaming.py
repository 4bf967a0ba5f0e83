"""Post-rollout validation 6: streaming."""

import pytest

from grokgate.formats.fixtures import tool
from grokgate.intercept.fault import CUT_AT_LEISURE
from grokgate.judgement.expect import NotApplicable, answering, leaving, stream

WEATHER = tool("get_weather")
MODES = ("stream", "astream")
CALLS = {"prompt": "two-cities", "tools": [WEATHER]}
ASKED = {
    "text": pytest.param("text", {}),
    "finish_reason": pytest.param("finish_reason", {}),
    "usage": pytest.param("usage", {}),
    "tool_calls": pytest.param("tool_calls", CALLS),
    "told_model": pytest.param("told_model", {}, marks=pytest.mark.replay),
    "comments": pytest.param("text", {"fault": "stream-comments"}, marks=pytest.mark.replay),
}
"""What is held against the answer in one piece, and what is asked for."""
FAULTS = ("stream-cut", "stream-cut-late", "stream-short", "stream-malformed-late")


@pytest.mark.requirement("POST-6.1")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("part", "asked"), ASKED.values(), ids=ASKED)
def test_a_stream_gives_what_comes_unstreamed(provider, rollout, part, asked, mode):
    streamed = provider.chat(rollout.model, mode=mode, **asked)
    whole = provider.chat(rollout.model, mode="chat", **asked)
    stream(streamed).is_same_as(whole, part)


@pytest.mark.requirement("POST-6.2")
@pytest.mark.parametrize("mode", MODES)
def test_empty_deltas_are_tolerated_and_not_shown(provider, rollout, mode):
    if "keep-alive-chunks" not in rollout.target.traits:
        raise NotApplicable(f"{rollout.target.answered_by} sends no empty deltas while it thinks")
    call = provider.chat(rollout.model, mode=mode)
    with leaving(provider, rollout.model, rollout.target, mode):
        stream(call).shows_nothing_of_empty_deltas()


def broken(provider, model, mode):
    """A stream that breaks amid its text. A client that was busy with what came has not lost it where it had time for that."""
    call = provider.chat(model, mode=mode, fault="stream-cut-late")
    if call.failure and not call.failure.handed:
        return provider.chat(model, mode=mode, fault=CUT_AT_LEISURE)
    return call


@pytest.mark.requirement("POST-6.3")
@pytest.mark.parametrize("mode", MODES)
def test_text_is_handed_on_as_it_arrives(provider, rollout, mode):
    call = broken(provider, rollout.model, mode)
    with answering(provider, rollout.model, rollout.target, mode):
        stream(call).was_handed_on_as_it_came()


@pytest.mark.requirement("POST-6.4")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_stream_that_fails_is_an_error(provider, rollout, fault, mode):
    whole = provider.chat(rollout.model, mode=mode)
    stream(whole).decides_what_rests_on_it()
    call = provider.chat(rollout.model, mode=mode, fault=fault)
    stream(call).is_no_success()
