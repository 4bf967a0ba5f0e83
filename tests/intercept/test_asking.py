"""Asking xAI with the real key: for oneself alone."""

import httpx
import pytest

from grokgate.intercept.asking import Asking
from grokgate.intercept.stand_in import StandIn
from grokgate.values.wire import WireRequest

KEY = "xai-" + "Rw5" * 12
QUESTION = WireRequest("GET", "https://api.x.ai/v1/models", {})


@pytest.fixture
def asking():
    with StandIn(key=KEY) as xai:
        asking = Asking(xai.base_url, key=KEY, pay=lambda _: lambda _: None)
        yield asking, xai
        asking.close()


def test_it_asks_with_the_key_and_keeps_none(asking):
    asker, xai = asking
    with httpx.Client() as client:
        came = asker.ask(client, QUESTION)
    assert [seen.status for seen in xai.requests] == [200]
    assert KEY not in repr(came)


def test_nobody_else_on_the_machine_asks_by_it(asking):
    asker, xai = asking
    assert httpx.get(f"{asker.base_url}/models", headers={"authorization": "Bearer mine"}).status_code == 403
    assert xai.requests == []
    assert asker.captures == []
