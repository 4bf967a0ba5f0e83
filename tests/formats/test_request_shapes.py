"""The shapes in which two builds are asked."""

import pytest

from grokgate.formats.request_shapes import ALL, RequestShape, request_shapes
from grokgate.formats.rollout_file import rollout


def test_each_parameter_of_the_rollout_has_a_shape_with_each_of_its_values():
    shapes = request_shapes(rollout())
    for name, values in rollout().parameters.items():
        for value in values:
            request = shapes[f"{name}={value}"].of("grok-3")
            assert (request.limit if name == "limit" else request.parameters[name]) == value


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_either_limit_field_is_a_callers_own(field):
    request = request_shapes(rollout())[f"{field}=1000"].of("grok-3")
    assert (request.limit, request.parameters) == (None, {field: 1000})


def test_all_parameters_go_together():
    request = request_shapes(rollout())[ALL].of("grok-3")
    assert {"limit", *request.parameters} == set(rollout().parameters)
    assert request.limit == rollout().parameters["limit"][0]


@pytest.mark.parametrize(
    ("name", "mode", "needs"),
    [("plain", "chat", ""), ("json schema", "chat", "json"), ("tool result", "chat", "tools"), (f"astream {ALL}", "astream", "")],
)
def test_a_shape_says_how_it_is_asked_and_what_it_needs(name, mode, needs):
    shape = request_shapes(rollout())[name]
    assert (shape.mode, shape.needs) == (mode, needs)


def test_a_shape_is_a_plain_question_but_for_its_parts():
    request = RequestShape(parts={"limit": 9}).of("grok-3")
    assert (request.model, request.limit, [message.role for message in request.messages]) == ("grok-3", 9, ["user"])


def test_turns_keep_their_order():
    roles = {
        name: [message.role for message in request_shapes(rollout())[name].of("grok-3").messages]
        for name in ("system", "turns", "tool result")
    }
    assert roles == {
        "system": ["system", "user"],
        "turns": ["user", "assistant", "user"],
        "tool result": ["user", "assistant", "tool"],
    }
