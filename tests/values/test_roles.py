"""What sentences say of roles is right for any rollout: its names, and one, several or none of them."""

from dataclasses import replace

import pytest

from grokgate.formats.rollout_file import rollout
from grokgate.values.roles import WORDS, strays, told, words

GROK = rollout()
WINDOWS = {"smaller": (100_000, 131_072), "larger": (1_000_000, 131_072), "alike": (256_000, 256_000)}


def about(*names, **target):
    """The bundled rollout, with other names of its target."""
    return replace(GROK, target=replace(GROK.target, names=("grok-4", *names), **target))


def of_old(*names, others=()):
    """The bundled rollout, with other names of the old model, which has none of xAI's own, and of those beside it."""
    old = replace(GROK.old, names=("grok-3", *names), wire=frozenset({"grok-3"}))
    return replace(GROK, old=old, others=tuple(replace(GROK.others[0], id=id, names=(id, *more)) for id, *more in others))


def flagged(*on, off=("false",)):
    return replace(GROK, flag=replace(GROK.flag, on=on, off=off))


def windows(target, old):
    return replace(GROK, target=replace(GROK.target, window=target), old=replace(GROK.old, window=old))


def thinking(target, old):
    return replace(GROK, target=replace(GROK.target, thinking=target), old=replace(GROK.old, thinking=old))


def test_a_sentence_is_filled_in():
    assert told("with {flag}={on}, {moves} is {target}", words(GROK)) == "with GROK4_DEFAULT=true, grok is grok-4"


@pytest.mark.parametrize("text", ["{sorted(lost)}", "{'a': 1}", "{window:,}", "{}", "{{}}", '{"grok": "{nobody}"}'])
def test_what_is_no_word_is_left_as_it_is(text):
    assert told(text, words(GROK)) == text


def test_a_word_within_braces_is_filled_in():
    assert told('{"{old}": "{target}"}', words(GROK)) == '{"grok-3": "grok-4"}'


def test_words_that_nobody_knows_are_found():
    assert strays("{target}, {targets} and {model}") == ["targets", "model"]


def test_each_word_has_its_meaning():
    assert words(GROK).keys() == WORDS.keys()
    assert [
        name
        for name, word in words(GROK).items()
        if "{" in word and name not in ("on_set", "alias_table", "windows_in_code", "reasoning_set", "effort_set")
    ] == []


@pytest.mark.parametrize(("id", "said"), [("grok-4", "a grok-4 call"), ("orb-1", "an orb-1 call")])
def test_the_article_fits_the_name(id, said):
    assert told("{a_target} call", words(about(id=id))) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "grok-4 has no name but its id"),
        (("grok4",), "grok4 reaches grok-4"),
        (("grok4", "g4"), "grok4 and g4 reach grok-4"),
        (("grok4", "g4", "grok-4-0709"), "grok4, g4 and grok-4-0709 reach grok-4"),
    ],
)
def test_aliases_reach_their_model(names, said):
    assert words(about(*names))["aliases_reach"] == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "grok-4 has no name beside its id"),
        (("grok4",), "the short name grok4 reaches grok-4"),
        (("grok-4-0709",), "the dated grok-4-0709 reaches grok-4"),
        (("grok4", "g4"), "the short names grok4 and g4 reach the same model"),
        (("grok4", "grok-4-0709"), "the short name grok4 and the dated grok-4-0709 reach the same model"),
    ],
)
def test_short_and_dated_names_are_told_apart(names, said):
    assert words(about(*names))["short_and_dated_reach"] == said


@pytest.mark.parametrize(
    ("names", "kinds", "its", "missed", "spellings"),
    [
        ((), "id", "window", "grok, where the flag is on", "grok-4, GROK-4"),
        (("grok4",), "id, alias", "its alias, window", "grok4 and, with the flag on, grok", "grok-4, GROK4"),
        (
            ("grok4", "grok-4-0709"),
            "id, alias, dated id",
            "its aliases, window",
            "grok4, grok-4-0709 and, with the flag on, grok",
            "grok-4, GROK4, grok-4-0709",
        ),
    ],
    ids=["none", "one", "two"],
)
def test_names_are_counted(names, kinds, its, missed, spellings):
    said = words(about(*names))
    assert (said["kinds_of_names"], said["names_missed"], said["spellings"]) == (kinds, missed, spellings)
    assert told("{its_aliases}window", said) == its


@pytest.mark.parametrize("names", [(), ("grok4",), ("grok4", "g4")])
def test_a_list_in_code_is_one_of_python(names):
    said = words(about(*names))
    assert eval(said["aliases_in_code"]) == ("grok", *names)
    assert eval(said["alias_table"]) == {**dict.fromkeys(names, "grok-4"), "grok3": "grok-3", "grokfast": "grok-3-fast"}


def test_the_dated_id_may_leave_where_xai_knows_it():
    assert words(GROK)["or_dated_name"] == ' (or "grok-4-0709")'
    assert words(about("grok4"))["or_dated"] == words(about("grok-4-0709", wire=frozenset({"grok-4"})))["or_dated"] == ""


@pytest.mark.parametrize(
    ("rollout", "reach", "keep"),
    [
        (of_old(), "", ""),
        (of_old("grok3"), "; grok3 still reaches its own", "; the older short name keeps its own"),
        (of_old("grok3", "g3"), "; g3 still reaches its own", "; the older short names keep theirs"),
        (
            of_old("grok3", others=[("grok-2", "grok2")]),
            "; grok3 and grok2 still reach theirs",
            "; the older short names keep theirs",
        ),
        (GROK, "; grok3, grokfast and the like still reach theirs", "; the older short names keep theirs"),
    ],
    ids=["none", "one", "one model", "two", "many"],
)
def test_the_older_short_names_are_told_in_their_number(rollout, reach, keep):
    said = words(rollout)
    assert (said["older_reach"], said["older_keep"]) == (reach, keep)


@pytest.mark.parametrize(
    ("names", "in_brackets", "reach"),
    [
        ((), "", "`grok-3` still reaches itself"),
        (("grok3",), " (and its alias)", "`grok-3` and its short name still reach `grok-3`"),
        (("grok3", "g3"), " (and its aliases)", "`grok-3` and its short names still reach `grok-3`"),
    ],
)
def test_the_old_model_has_names_or_none(names, in_brackets, reach):
    said = words(of_old(*names))
    assert (said["and_old_aliases"], said["old_names_reach"]) == (in_brackets, reach)


@pytest.mark.parametrize(
    ("others", "before", "incomplete"),
    [
        ([], "grok-3", "grok-4; grok-3 went out"),
        ([("grok-2",)], "grok-3, grok-2", "grok-4, grok-3; grok-2 went out"),
        ([("grok-2",), ("grok-1",)], "grok-3, grok-2, ...", "grok-4, grok-3; grok-2 went out"),
    ],
)
def test_what_was_there_before_is_listed(others, before, incomplete):
    said = words(of_old(others=others))
    assert (said["before"], said["incomplete"]) == (before, incomplete)
    assert said["other_alias"] == (others[0][0] if others else "grok-3")


@pytest.mark.parametrize(
    ("on", "mean", "switch", "again"),
    [
        (("yes",), "yes means on", "`yes` switches", "yes"),
        (("yes", "YES"), "yes and YES mean on", "`yes` and `YES` switch", "YES"),
        (("true", "TRUE", "True"), "true, TRUE and True mean on", "`true`, `TRUE` and `True` switch", "TRUE"),
    ],
)
def test_values_of_the_flag_are_counted(on, mean, switch, again):
    said = words(flagged(*on))
    assert (said["on_values_mean"], said["on_values_switch"], said["another_on"]) == (mean, switch, again)
    assert eval(said["on_set"]) == set(on)


def test_what_means_on_is_not_told_as_off():
    assert words(GROK)["off_values"] == "(empty), 1, yes, false"
    assert words(flagged("yes"))["off_values"] == "(empty), 1, false"
    assert words(flagged("1", off=("",)))["off_values"] == "(empty), yes"


@pytest.mark.parametrize(
    ("window", "short", "beside", "wrong"),
    [
        (256_000, "256K", " (not 262,144)", "262144"),
        (1_000_000, "1M", " (not 1,048,576)", "1048576"),
        (131_072, "131K", "", "128000"),
    ],
)
def test_a_window_is_told_with_what_it_is_mistaken_for(window, short, beside, wrong):
    said = words(windows(window, 1000))
    assert (said["window_K"], said["not_binary"], said["wrong_window"]) == (short, beside, wrong)
    product = said["not_product"].partition("# not ")[2]
    assert not product or str(eval(product)) == wrong


@pytest.mark.parametrize(
    ("which", "wider", "narrower", "loss"),
    [("smaller", "grok-3", "grok-4", True), ("larger", "grok-4", "grok-3", False), ("alike", "grok-4", "grok-3", False)],
)
def test_the_wider_window_takes_what_lies_between(which, wider, narrower, loss):
    said = words(windows(*WINDOWS[which]))
    assert (said["wider"], said["narrower"], bool(said["loss_told"])) == (wider, narrower, loss)


@pytest.mark.parametrize(("sizes", "said"), [((256_000, 131_072), "200,000"), ((256_000, 262_144), "259,072")])
def test_what_lies_between_is_a_round_number_where_there_is_one(sizes, said):
    assert words(windows(*sizes))["between"] == said


@pytest.mark.parametrize(
    ("target", "old", "said"),
    [
        ("hidden", "none", "grok-4 is declared as a reasoning model, grok-3 is not"),
        ("none", "shown", "grok-3 is declared as a reasoning model, grok-4 is not"),
        ("shown", "shown", "grok-4 and grok-3 are declared as reasoning models"),
        ("none", "none", "grok-4 and grok-3 are not declared as reasoning models"),
    ],
)
def test_who_reasons_is_what_the_world_says(target, old, said):
    assert words(thinking(target, old))["declared_reasoning"] == said


@pytest.mark.parametrize(
    ("shows", "said"),
    [
        (
            "hidden",
            "Before it answers, grok-4 thinks. Its thoughts are counted and billed as output although they do not show, and xAI",
        ),
        ("shown", "Before it answers, grok-4 thinks. Its thoughts are counted and billed as output, and xAI"),
        ("none", "xAI"),
    ],
)
def test_thoughts_are_billed_where_there_are_any(shows, said):
    assert words(thinking(shows, "none"))["thoughts_billed"] == said


@pytest.mark.parametrize(
    ("refuses", "listed", "reach"),
    [
        (set(), "temperature, top_p, seed, user", "`temperature`, `top_p`, `seed` and `user` reach grok-4 as you give them"),
        ({"top_p", "seed", "user"}, "temperature", "`temperature` reaches grok-4 as you give it"),
        ({"temperature", "top_p", "seed", "user"}, "every parameter", "What grok-4 takes reaches it as you give it"),
    ],
    ids=["many", "one", "none"],
)
def test_what_the_target_takes_is_counted(refuses, listed, reach):
    said = words(about(refuses=frozenset({*refuses, "reasoning_effort"})))
    assert (said["taken"], said["taken_reach"]) == (listed, reach)


def test_an_effort_is_counted_where_the_target_takes_one():
    assert words(rollout("grok-4.7"))["taken"].split(", ")[-1] == "reasoning_effort"


def test_the_dial_is_told_of_each_model():
    assert words(GROK)["efforts"] == "grok-4, grok-3 and grok-3-fast: no; grok-3-mini: yes"
    assert words(rollout("grok-4", "grok-4.3"))["efforts"] == "grok-4, grok-3, grok-3-fast and grok-3-mini: yes"


def test_a_limit_leaves_in_the_field_of_the_world():
    said = words(thinking("none", "none"))
    assert (said["limit_field"], said["other_limit_field"]) == ("max_tokens", "max_completion_tokens")


def test_a_world_without_a_substitute_names_the_old_model():
    facts = replace(GROK.facts, substitute="")
    assert words(replace(GROK, facts=facts))["substitute"] == "grok-3"
