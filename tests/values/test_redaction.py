"""No secret is kept: not in a text, not in a header."""

import pytest

from grokgate.values.redaction import MASK, mask, mask_headers


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Bearer s3cret", f"Bearer {MASK}"),
        ("s3cret, then s3cret", f"{MASK}, then {MASK}"),
        ("other-one", MASK),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_each_secret_is_masked_wherever_it_stands(text, kept):
    assert mask(text, ["s3cret", "other-one"]) == kept


def test_an_empty_secret_masks_nothing():
    assert mask("abc", ["", "b"]) == f"a{MASK}c"


@pytest.mark.parametrize("name", ["authorization", "Authorization", "X-API-Key", "cookie", "Set-Cookie", "Proxy-Authorization"])
def test_a_header_of_credentials_is_masked_whole(name):
    assert mask_headers({name: "Basic dXNlcjpwdw=="}, []) == {name: MASK}


def test_another_header_loses_its_secret_alone():
    assert mask_headers({"x-trace": "for s3cret", "accept": "*/*"}, iter(["s3cret"])) == {
        "x-trace": f"for {MASK}",
        "accept": "*/*",
    }
