"""Post-rollout validation 2: parameter conversion for reasoning models."""

import pytest

from grokgate.formats.request_shapes import REFUSABLE, refused
from grokgate.judgement.expect import NotApplicable, caller, camel, had, leaving, understood, wire
from grokgate.values.chat import MODES, ChatRequest, Message
from grokgate.values.world import EFFORT

TAKEN = {"temperature": 0.3, "top_p": 0.9, "seed": 7, "user": "u-17", "logprobs": True}
CONVERSATION = (
    Message(role="user", content="Name the capital of France in one short sentence.", name="ana"),
    Message(role="assistant", content="Paris."),
    Message(role="user", content="And of Norway?", name="ben"),
)


def does_not_leave(provider, rollout, name, value):
    """The target refuses the parameter, and it does not leave for it."""
    if rollout.target.takes(name):
        raise NotApplicable(f"{rollout.model} takes {name} in the world {rollout.world}")
    call = provider.chat(rollout.model, **{name: value})
    wire(call).without(name)
    understood(provider, call)


@pytest.mark.requirement("POST-2.1")
@pytest.mark.modes(of=lambda case: case in ("limit", "no-limit"))
@pytest.mark.parametrize(
    ("asked", "limit"),
    [({"limit": 1000}, 1000), ({"unlimited": True}, None), ({"max_tokens": 1000}, 1000), ({"maxTokens": 1000}, 1000)],
    ids=["limit", "no-limit", "max_tokens", "maxTokens"],
)
def test_the_limit_leaves_in_the_field_of_the_target(provider, rollout, asked, limit):
    call = provider.chat(rollout.model, **asked)
    wire(call).limits(rollout.target.limit_field, limit, dropped_is_fine="limit" not in asked)


@pytest.mark.requirement("POST-2.2")
@pytest.mark.modes
@pytest.mark.parametrize("value", [0.5, 0], ids=["half", "zero"])
def test_presence_penalty_does_not_leave(provider, rollout, value):
    does_not_leave(provider, rollout, "presence_penalty", value)


@pytest.mark.requirement("POST-2.3")
@pytest.mark.modes
@pytest.mark.parametrize("value", [0.5, 0], ids=["half", "zero"])
def test_frequency_penalty_does_not_leave(provider, rollout, value):
    does_not_leave(provider, rollout, "frequency_penalty", value)


@pytest.mark.requirement("POST-2.4")
@pytest.mark.modes
@pytest.mark.parametrize("value", [["END"], "END", []], ids=["list", "text", "empty"])
def test_stop_does_not_leave(provider, rollout, value):
    does_not_leave(provider, rollout, "stop", value)


def an_effort(model):
    """A value of reasoning_effort that the model takes, where it takes any: ``low`` where that is one."""
    ladder = [effort for effort in model.efforts if effort != "none"] or [*model.efforts, "low"]
    return "low" if "low" in ladder or not model.takes("reasoning_effort") else ladder[0]


@pytest.mark.requirement("POST-2.5")
@pytest.mark.modes
@pytest.mark.each("id", lambda rollout: list(rollout.models))
def test_reasoning_effort_leaves_exactly_for_the_models_that_take_it(provider, id):
    model = had(provider, id)
    effort = an_effort(model)
    call = provider.chat(id, reasoning_effort=effort)
    with leaving(provider, id, model):
        wire(call).converts("reasoning_effort", effort, model)
    understood(provider, call)


@pytest.mark.requirement("POST-2.6")
@pytest.mark.modes(of=lambda case: case in ("presence_penalty", "stop"))
@pytest.mark.parametrize("name", REFUSABLE)
def test_the_spelling_of_a_parameter_does_not_matter(provider, rollout, name):
    if camel(name) == name or name in provider.names.parameters:
        raise NotApplicable(f"{name} has one spelling")
    snake = provider.chat(rollout.model, **{name: REFUSABLE[name]})
    camels = provider.chat(rollout.model, **{camel(name): REFUSABLE[name]})
    wire(camels).is_same_as(snake, f"{camel(name)} and {name}", rollout.target, provider.again(camels))
    understood(provider, snake)
    understood(provider, camels)


@pytest.mark.requirement("POST-2.7")
@pytest.mark.modes(of=lambda case: case in ("temperature", "messages"))
@pytest.mark.parametrize("name", [*TAKEN, EFFORT, "messages"])
def test_what_the_target_takes_leaves_unchanged(provider, rollout, name):
    if name == EFFORT and not rollout.target.takes(EFFORT):
        raise NotApplicable(f"{rollout.model} takes no {EFFORT} in the world {rollout.world}; POST-2.5 judges that")
    given = {**TAKEN, EFFORT: an_effort(rollout.target)}
    turns = ChatRequest(model=rollout.model, messages=CONVERSATION)
    call = provider.chat(rollout.model, **{name: given[name]}) if name in given else provider.ask(turns)
    wire(call).carries_what_was_asked(name)


@pytest.mark.requirement("POST-2.8")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.each("name", lambda rollout: rollout.target.names)
def test_the_conversion_is_the_same_for_every_name_and_mode(provider, rollout, name, mode):
    given = {**provider.askable({"limit": 500, **REFUSABLE}), "temperature": 0.3}
    plain = provider.chat(rollout.model, **given)
    other = provider.chat(name, mode=mode, **given)
    with leaving(provider, name, rollout.target, mode):
        wire(other).is_same_as(plain, f"{name} by {mode} and {rollout.model}", rollout.target, provider.again(other))
    understood(provider, plain, other)


@pytest.mark.requirement("POST-2.9")
@pytest.mark.modes(of=lambda case: case == "all")
@pytest.mark.each("names", refused)
def test_a_removed_parameter_is_made_known(provider, rollout, names):
    if not names:
        raise NotApplicable(f"{rollout.model} refuses no parameter in the world {rollout.world}")
    names = tuple(provider.askable(dict.fromkeys(names)))
    call = provider.chat(rollout.model, **{name: REFUSABLE[name] for name in names})
    wire(call).removed(*names)
    caller(call).or_log_names(*names)
