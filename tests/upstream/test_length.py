"""What is known of a prompt's length: declared for the committed ones, bounds for any other, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats.fixtures import LONG, OPENING, SHORTEST, common_words, long_prompt
from grokgate.upstream.length import STRIDE, Length, length_of, long_prompt_in

EACH = pytest.mark.parametrize("tokens", [100, 129_900, 200_000, 255_000, 256_001, 499_000, 1_000_001])
WHOLE = long_prompt(129_900)


def bounds(*texts):
    length = length_of(texts)
    return length.least, length.most


@EACH
def test_a_long_prompt_has_as_many_words_as_it_declares_tokens(tokens):
    prompt = long_prompt(tokens)
    assert len(prompt.text.split()) == prompt.tokens
    assert bounds(prompt.text) == (prompt.tokens, prompt.tokens)


@EACH
def test_a_long_prompt_is_known_by_its_text_wherever_it_stands(tokens):
    text = long_prompt(tokens).text
    assert [long_prompt_in(said) for said in (text, f"Read this: {text}", f"{text}\nThank you.")] == [f"{LONG}{tokens}"] * 3


@EACH
@pytest.mark.parametrize("cut", ["begin", "middle", "end", "a-letter"])
def test_a_long_prompt_that_was_cut_is_not_taken_for_it_and_is_known_to_be_shorter(tokens, cut):
    prompt = long_prompt(tokens)
    half = len(prompt.text) // 2
    left = {
        "begin": prompt.text[1000:],
        "middle": prompt.text[: half - 500] + prompt.text[half + 500 :],
        "end": prompt.text[:-1000],
        "a-letter": prompt.text[:-1],
    }[cut]
    length = length_of([left])
    assert long_prompt_in(left) == ""
    assert length.least < prompt.tokens or cut == "a-letter"
    assert length.least == len(left.split())
    if OPENING in left:  # its words are known, all but the line that names it and what the cut made of the last one
        assert length.most <= length.least + 60


def test_a_name_that_no_prompt_has_is_no_long_prompt():
    names = ("over-nothing", "long-", "long-100", "long-0100", "long-99", "long-999999999999", "long-" + "9" * 99, "long-1e6")
    assert [long_prompt_in(f"{OPENING}{name}]\nthe of and") for name in names] == [""] * len(names)
    assert long_prompt_in(OPENING) == ""


def test_a_long_prompt_under_another_number_is_none():
    text = long_prompt(20_000).text
    assert long_prompt_in(text.replace("20000", "20001")) == long_prompt_in(text.replace("20000", "19999")) == ""


def test_a_prompt_is_not_long_below_a_length():
    with pytest.raises(ValueError, match=f"has {SHORTEST} tokens at least, and not {SHORTEST - 1}"):
        long_prompt(SHORTEST - 1)


def test_what_stands_around_a_long_prompt_counts_between_its_words_and_its_bytes():
    assert bounds(f"Read this:{WHOLE.text} Thank you.") == (WHOLE.tokens + 4, WHOLE.tokens + len("Read this: Thank you."))


def test_the_texts_of_a_request_are_added_up():
    assert bounds("one two", WHOLE.text, "three") == (WHOLE.tokens + 3, WHOLE.tokens + 12)


def test_in_what_is_left_of_a_long_prompt_strange_words_count_between_one_and_their_bytes():
    least, most = bounds(f"{OPENING}gone]\nthe of {'🚀' * 50}")
    assert (least, most) == (6, 2 + len("[long prompt: gone] " + "🚀" * 50) + 150)


@given(st.text(max_size=40))
def test_any_other_text_has_a_token_per_word_at_least_and_per_byte_at_most(text):
    assert bounds(text) == (len(text.split()), len(text.encode()))


def test_a_text_that_is_no_unicode_is_measured_all_the_same():
    assert bounds("half \ud83d") == (2, 6)


@pytest.mark.parametrize(
    ("least", "most", "beside"), [(99, 100, "fits"), (99, 101, "unclear"), (100, 101, "unclear"), (101, 101, "over")]
)
def test_a_length_fits_or_is_over_only_where_both_bounds_say_so(least, most, beside):
    text = "a " * (least - 1) + "a" * (most - 2 * (least - 1))
    length = Length(0, (text,))
    if most < 2 * least - 1:  # a text has more bytes than words: the rest is declared
        known = 2 * least - 1 - most
        length = Length(known, ("a " * (least - known - 1) + "a",))
    assert (length.least, length.most, length.beside(100)) == (least, most, beside)


@given(st.lists(st.sampled_from(["a ", "word ", "a\n", "a\tb ", "longer-word "]), min_size=1, max_size=40), st.integers(1, 60))
def test_the_sample_of_a_text_never_makes_an_answer_wrong(words, share):
    text = "".join(words) * 50
    length = length_of([text])
    window = max(length.most * share // 60, 1)
    exact = "fits" if length.most <= window else "over" if length.least > window else "unclear"
    assert length.beside(window) in {exact, "unclear"}
    assert exact != "fits" or length.beside(window) == "fits"


@pytest.mark.parametrize("words", [150_000, 190_000, 300_000])
def test_ordinary_text_that_is_over_is_found_to_be_so(words):
    text = "The quick brown fox jumps over the lazy dog and runs into the wood.\n" * (words // 14 + 1)
    assert length_of([text]).beside(131_072) == "over"


def test_a_text_whose_blanks_hide_from_the_sample_is_unclear_and_not_taken_to_fit():
    text = ("x" + "a " * (STRIDE // 2)) * 5000  # every sampled character is the x
    assert (length_of([text]).least > 100_000, length_of([text]).beside(100_000)) == (True, "unclear")


def test_no_word_of_the_long_prompts_could_be_read_as_something_else():
    assert all(word.isascii() and word.isalpha() and word.islower() for word in common_words())
