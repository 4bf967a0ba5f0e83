"""Monitoring checklist: the lines that the plan's grep commands look for."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import log, wire

ROLLOUT = read_rollout()
REFUSED = {"presence_penalty": 0.5, "frequency_penalty": 0.5, "stop": ["END"], "reasoning_effort": "low"}


@pytest.mark.requirement("MON.6")
@pytest.mark.parametrize("name", ROLLOUT.target.names)
def test_a_failed_grok_4_call_leaves_an_error_line(provider, rollout, name):
    call = provider.chat(name, scenario="no-credits")
    log(call).has_line(*rollout.logs.errors)


@pytest.mark.requirement("MON.7")
@pytest.mark.parametrize("names", [*((name,) for name in REFUSED), tuple(REFUSED)], ids=[*REFUSED, "all"])
def test_each_removed_parameter_leaves_a_line(provider, rollout, names):
    call = provider.chat(rollout.model, **{name: REFUSED[name] for name in names})
    wire(call).removed(*names)
    log(call).has_a_line_for_each(names, rollout.logs.removed)


@pytest.mark.requirement("MON.8")
@pytest.mark.parametrize(("name", "id"), [("grok4", "grok-4"), ("grok", "grok-3")])
def test_a_resolution_leaves_a_line_with_both_names(provider, rollout, name, id):
    call = provider.flag("false").chat(name)
    log(call).has_line(rollout.logs.resolved, naming=[name, id])
