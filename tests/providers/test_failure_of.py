"""An error becomes data, whatever its causes look like."""

import pytest

from grokgate.providers.vehicle import failure_of


class Refused(Exception):
    status_code = 429


@pytest.mark.parametrize("length", [1, 2, 3])
def test_causes_that_run_in_a_circle_come_to_an_end(length):
    errors = [ValueError(str(number)) for number in range(length)]
    for error, cause in zip(errors, [*errors[1:], errors[0]], strict=True):
        error.__cause__ = cause
    assert failure_of(errors[0]).status is None


def test_the_status_of_a_cause_is_found():
    error = ValueError("xAI refused")
    error.__cause__ = Refused("slow down")
    assert failure_of(error).status == 429
