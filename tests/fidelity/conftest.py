"""Answers made up for these tests, one of each kind (``specimens.yaml``)."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from grokgate.values.capture import Capture
from grokgate.values.wire import WireRequest

SPECIMENS = yaml.safe_load((Path(__file__).parent / "specimens.yaml").read_text("utf-8"))


@pytest.fixture(params=SPECIMENS)
def kind(request):
    """The name of each specimen in turn."""
    return request.param


@pytest.fixture
def specimen():
    """A specimen by its name, with its events numbered; it may be changed."""

    def of(name):
        found = copy.deepcopy(SPECIMENS[name])
        for number, event in enumerate(found.get("events", ())):
            if "type" in event:
                event["sequence_number"] = number
        return found

    return of


@pytest.fixture
def capture():
    """A specimen as if it had been recorded."""

    def of(specimen):
        asked = specimen.get("asked")
        content_type, body = _body(specimen)
        sent = json.dumps(asked).encode() if asked else b""
        return Capture(
            request=WireRequest("POST" if asked else "GET", f"https://api.x.ai{specimen['path']}", {}, sent),
            status=specimen.get("status", 200),
            headers={"content-type": content_type, **specimen.get("headers", {})},
            body=body.encode(),
            recorded_at=f"{specimen['day']}T12:00:00Z",
        )

    return of


def _body(specimen):
    if "text" in specimen:
        return specimen.get("as", "text/plain"), specimen["text"]
    if "events" not in specimen:
        return "application/json", json.dumps(specimen["body"])
    done = "data: [DONE]\n\n" if specimen.get("done") else ""
    return "text/event-stream", "".join(map(_event, specimen["events"])) + done


def _event(event):
    name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n"
