"""Success criteria: error rates and latency beside those of before, and the complete transition to the target as the default."""

import pytest

from grokgate.judgement.expect import deployment, trials, wire


def old(provider, _):
    """A trial of the model that users had before."""
    return provider.chat(provider.rollout.old.id)


def new(provider, _):
    """A trial of the model that is rolled out."""
    return provider.chat(provider.rollout.model)


def either(provider, number):
    """A trial of the new model and of the old one in turn."""
    return (new, old)[number % 2](provider, number)


@pytest.mark.requirement("SC-1.1")
def test_no_more_calls_fail_than_before(provider, rollout):
    counted = trials(provider, either, before=provider.built("before"), ask_before=old)
    counted.fail_no_more(rollout.trials.more_errors, pairs=rollout.trials.error_pairs)


@pytest.mark.requirement("SC-2.1")
def test_with_the_flag_on_fewer_calls_fail_than_the_plan_allows(provider, rollout):
    counted = trials(provider.flag(rollout.flag.on[0]), lambda now, _: now.chat(rollout.flag.moves))
    counted.fail_below(rollout.trials.error_rate, most=rollout.trials.most_calls)


@pytest.mark.requirement("SC-2.3")
def test_calls_take_no_longer_than_the_factor_allows(provider, rollout):
    counted = trials(provider.flag(rollout.flag.on[0]), new, before=provider.built("before"), ask_before=old)
    counted.take_no_longer(rollout.trials.slower, pairs=rollout.trials.latency_pairs)


@pytest.mark.requirement("SC-3.1")
@pytest.mark.modes
@pytest.mark.each("name", lambda rollout: [*rollout.target.names, rollout.flag.moves])
def test_with_no_variable_set_every_name_of_the_target_reaches_it(provider, rollout, name):
    deployment(provider).leaves_unset(rollout.flag.variable)
    call = provider.chat(name)
    wire(call).reaches(rollout.target)
