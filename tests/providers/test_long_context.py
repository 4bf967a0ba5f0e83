"""Prompts around the windows, through a provider in either vehicle: what fits arrives whole, what does not is refused."""

from dataclasses import replace

import pytest

from grokgate.formats.fixtures import long_prompt, prompts
from grokgate.formats.rollout_file import rollout
from grokgate.providers.launcher import Launcher, new_key
from grokgate.providers.subject import Subject, Transcript
from grokgate.runs.listing import found


@pytest.fixture(scope="module", params=["in-process", "host"])
def provider(request, world):
    """The reference provider in one of the vehicles."""
    description = replace(found("reference"), vehicle=request.param)
    launcher = Launcher(description, world, prompts(), key=new_key(), say=print)
    yield Subject(launcher=launcher, transcript=Transcript(), rollout=rollout("grok-4", None, "1"), prompts=prompts())
    launcher.close()


def prompt_tokens(call):
    return call.answer["usage"]["prompt_tokens"]


@pytest.mark.parametrize(("model", "tokens"), [("grok-4", 255_000), ("grok-4", 200_000), ("grok-3", 129_900)])
def test_a_prompt_under_the_window_arrives_byte_for_byte(model, tokens, provider):
    call = provider.chat(model, f"long-{tokens}")
    assert call.failure is None
    [request] = call.left
    assert request.field("messages")[-1]["content"] == long_prompt(tokens).text
    assert prompt_tokens(call) >= tokens


@pytest.mark.parametrize(
    ("model", "tokens", "window"),
    [("grok-4", 256_001, 256_000), ("grok-3", 200_000, 131_072)],
)
def test_a_prompt_over_the_window_is_refused_with_the_count_and_the_window(model, tokens, window, provider):
    call = provider.chat(model, f"long-{tokens}")
    [exchange] = call.exchanges
    assert (exchange.answer.status, exchange.answer.rule) == (400, "too-long")
    assert call.answer["error"] == f"This model's maximum prompt length is {window} but the request contains {tokens} tokens."
    assert call.failure is not None


@pytest.mark.parametrize("status", ["408", "429", "500", "503"])
def test_a_count_that_looks_like_a_status_stands_in_the_refusal(status, provider):
    call = provider.chat("grok-4", f"long-{status}000")
    assert len(call.left) == 1
    assert f"contains {status}" in call.answer["error"]


def test_evidence_keeps_the_digest_of_a_long_prompt_and_not_its_text(provider):
    call = provider.chat("grok-4", "long-255000")
    assert len(str(call.to_json()["wire"])) < 10_000
    assert call.to_json()["wire"][0]["body"].startswith("sha256:")
