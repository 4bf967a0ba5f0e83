"""Who answered: known by the address, by what grokgate's own server says of itself, and else nobody that counts as xAI."""

import pytest

from grokgate.values.answerer import TAPE, Answerer, Who, answerer_at, answerers


@pytest.mark.parametrize(
    "address", ["https://api.x.ai/v1", "https://API.X.AI", "https://us.api.x.ai/v1", "https://api.x.ai:443/v1"]
)
def test_xai_is_known_by_its_address(address):
    assert answerer_at(address) == Answerer(who=Who.XAI, at=address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8080/v1",
        "https://gateway.example.org/api.x.ai/v1",
        "https://api.x.ai.example.org/v1",
        "https://myapi.x.ai/v1",
        "http://api.x.ai/v1",  # nobody knows who answers without TLS
        "https://x.ai/v1",
        "",
    ],
)
def test_whoever_else_answers_is_not_xai(address):
    assert answerer_at(address).who is Who.OTHER
    assert answerer_at(address).is_in_place_of_xai


def test_grokgates_own_server_is_none_of_xai_even_behind_its_address():
    assert answerer_at("https://api.x.ai/v1", is_grokgate=True).who is Who.STAND_IN


def test_all_who_answered_are_told_once_and_the_tape_first():
    stand_in = {"answered_by": [{"who": "stand-in", "at": "http://127.0.0.1:1/v1"}]}
    assert answerers([stand_in, {"answered_by": [{"who": "tape"}]}, stand_in]) == (
        TAPE,
        Answerer(who=Who.STAND_IN, at="http://127.0.0.1:1/v1"),
    )


def test_evidence_from_before_it_was_told_is_known_by_its_address():
    assert answerers([{}]) == (TAPE,)
    assert [one.who for one in answerers([{"upstream": "https://api.x.ai/v1 http://127.0.0.1:9/v1"}])] == [Who.XAI, Who.OTHER]
