"""Success criteria: error rates and latency beside those of before, and the complete transition to grok-4 as the default."""

import pytest

from grokgate.formats.contract import rollout as read_rollout
from grokgate.judgement.expect import deployment, trials, wire

ROLLOUT = read_rollout()
FLAG = ROLLOUT.flag
TRIALS = ROLLOUT.trials


def old(provider, _):
    """A trial of the model that users had before."""
    return provider.chat(FLAG.off)


def new(provider, _):
    """A trial of the model that is rolled out."""
    return provider.chat(ROLLOUT.model)


def either(provider, number):
    """A trial of the new model and of the old one in turn."""
    return (new, old)[number % 2](provider, number)


@pytest.mark.requirement("SC-1.1")
def test_no_more_calls_fail_than_before(provider):
    counted = trials(provider, either, before=provider.built("before"), ask_before=old)
    counted.fail_no_more(TRIALS.more_errors, pairs=TRIALS.error_pairs)


@pytest.mark.requirement("SC-2.1")
def test_with_the_flag_on_fewer_calls_fail_than_the_plan_allows(provider):
    counted = trials(provider.flag("true"), lambda now, _: now.chat(FLAG.moves))
    counted.fail_below(TRIALS.error_rate, most=TRIALS.most_calls)


@pytest.mark.requirement("SC-2.3")
def test_calls_take_no_longer_than_the_factor_allows(provider):
    counted = trials(provider.flag("true"), new, before=provider.built("before"), ask_before=old)
    counted.take_no_longer(TRIALS.slower, pairs=TRIALS.latency_pairs)


@pytest.mark.requirement("SC-3.1")
@pytest.mark.parametrize("name", [*ROLLOUT.models[FLAG.on].names, FLAG.moves])
def test_with_no_variable_set_every_name_of_grok_4_reaches_it(provider, rollout, name):
    deployment(provider).leaves_unset(FLAG.variable)
    call = provider.chat(name)
    wire(call).reaches(rollout.models[FLAG.on])
