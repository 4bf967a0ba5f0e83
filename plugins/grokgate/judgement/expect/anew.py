"""What a provider makes anew for each request: an id, a time, a seed. Two requests may differ in it and say the same."""

from __future__ import annotations

from collections.abc import Callable

from grokgate.judgement.expect.difference import Difference, differences
from grokgate.judgement.expect.unkept import NOTHING
from grokgate.upstream.spelling.endpoints import read
from grokgate.upstream.spelling.form import LIMITS
from grokgate.values.call import Call
from grokgate.values.chat import camel_case, snake_case

Again = Callable[[], Call]
"""Asks the same once more."""
_ASKED_FOR = frozenset({"model", "stream", "stream_options", *LIMITS, "response_format", "tools", "tool_choice"})
"""What a provider makes of what it is asked, beside parameters and messages: none of it is made anew rightly."""


def made_anew(call: Call, again: Again | None) -> list[Difference]:
    """Where the same, asked once more, leaves with another value, beside what the caller gave."""
    more = again().left if again and call.left else ()
    if not more:
        return []
    given = {spelt for name in call.asked.parameters for spelt in (name, snake_case(name), camel_case(name))}
    found = differences(dict(read(call.left[0]).everything), dict(read(more[0]).everything))
    return [place for place in found if place.top not in given | _ASKED_FOR and NOTHING not in (place.mine, place.other)]
