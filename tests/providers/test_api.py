"""Which endpoint of xAI a provider asks: its description says so, and a name may choose the other one."""

from pathlib import Path

import pytest

from grokgate.formats.document import BadDocument
from grokgate.providers.description import UnknownProvider, described_by, find_provider

MINE = {"name": "mine", "adapter": "mine:Mine"}


def described(**said):
    return described_by(MINE | said, Path("mine.py"), "mine")


def test_the_adapter_is_told_by_its_options():
    assert described().options == {}
    assert described(api="responses", options={"timeout": 9}).options == {"api": "responses", "timeout": 9}


def test_another_word_is_refused():
    with pytest.raises(BadDocument, match="api"):
        described(api="response")


@pytest.mark.parametrize("spec", ["reference", "mutant:forwards-stop"])
def test_a_name_chooses_the_other_endpoint(spec):
    plain, other = find_provider(spec), find_provider(f"{spec}@responses")
    assert (plain.options["api"], other.options["api"]) == ("chat", "responses")
    assert other.name == f"{plain.name}-responses"
    assert other.title == f"{plain.title} on responses"
    assert find_provider(f"{spec}@chat") == plain


def test_one_without_a_choice_is_refused():
    with pytest.raises(UnknownProvider, match="pal does not say by `api` at which endpoint it asks"):
        find_provider("pal@responses")
