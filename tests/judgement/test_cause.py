"""Which of several red cases speaks for its row, and what rows have in common."""

from dataclasses import replace
from itertools import permutations

import pytest

from grokgate.judgement.cause import by_cause, cause_of, speaks, under
from grokgate.judgement.verdict import judge
from grokgate.values.evidence import Blame

UNKNOWN = "ValueError: unknown model grok-4"


@pytest.fixture
def red(case, call):
    """A red case of the provider's, whose caller met an error or not."""

    def make(part, because="it left", *, failure=None, blame=Blame.PROVIDER, environment=None, **asked):
        made = replace(call(failure=failure), environment=environment or {}, **asked)
        finding = {"expected": "nothing", "saw": "x", "at": "stop"}
        return case("failed", part, because=because, blame=blame, observations=(made.to_json(),), finding=finding)

    return make


def speaking(*cases):
    """Who speaks, whoever finished first."""
    [part] = {speaks(finished).id for finished in permutations(cases)}
    return part.partition("[")[2].removesuffix("]")


def test_the_cause_that_most_cases_share_speaks(red):
    others = [red(f"b{number}", f"nothing left; the caller got {UNKNOWN}", failure=UNKNOWN) for number in range(2)]
    assert speaking(red("a", "the sum is 3, not 4"), *others) == "b0"


def test_of_causes_as_common_the_plainest_case_speaks(red):
    odd = [red("a", mode="stream"), red("b", environment={"GROK4_DEFAULT": "true"}), red("c", scenario="billed")]
    odd.append(red("d", fault="reset"))
    assert speaking(*odd, red("z")) == "z"


def test_of_cases_as_plain_the_first_by_name_speaks(red):
    assert speaking(red("zero", "x"), red("half", "y")) == "half"


def test_a_case_that_the_provider_is_blamed_for_speaks_first(red):
    others = [red(part, blame=Blame.CONFIGURATION) for part in "ab"]
    assert speaking(*others, red("z", "something else", mode="stream")) == "z"


def test_the_cause_is_the_error_where_the_sentence_tells_of_it(red):
    assert cause_of(red("a", f"nothing left for grok4; the caller got {UNKNOWN}", failure=UNKNOWN)) == UNKNOWN
    assert cause_of(red("a", "stop left for grok-4", failure=UNKNOWN)) == "stop left for grok-4"


def test_the_cause_is_the_same_under_other_variables(red):
    said = under({"GROK4_DEFAULT": "true", "XAI_ALLOWED_MODELS": ""}, "grok left as grok-3, not as grok-4")
    assert said == "with GROK4_DEFAULT=true and XAI_ALLOWED_MODELS='', grok left as grok-3, not as grok-4"
    assert cause_of(red("a", said)) == "grok left as grok-3, not as grok-4"


def test_variables_that_a_sentence_names_are_not_told_twice():
    assert under({"ALLOW": "grok-3"}, "grok-4, blocked by ALLOW, left") == "grok-4, blocked by ALLOW, left"


def test_rows_are_told_by_cause_in_the_order_of_the_first(red, asked):
    met = red("", f"the caller got {UNKNOWN}", failure=UNKNOWN)
    other = red("", "it left", failure=UNKNOWN)
    cases = [replace(one, id=id, requirement=id) for id, one in (("A.1", met), ("A.2", other), ("A.3", met))]
    rows = judge([asked(case.id) for case in cases], cases, strict=False).rows
    told = [(cause, [row.asked.id for row in alike]) for cause, alike in by_cause(rows)]
    assert told == [(UNKNOWN, ["A.1", "A.3"]), ("it left", ["A.2"])]
