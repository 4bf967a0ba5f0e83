"""Drafts claim what a row proved, name the row, and say of the rest that it is open."""

import re
from dataclasses import replace

import pytest

from grokgate.formats.contract import contract as contract_of
from grokgate.formats.rollout_file import rollout
from grokgate.judgement.verdict import judge
from grokgate.reports.draft import DRAFTS, Source
from grokgate.values.evidence import Asked, Blame, Status

CONTRACT = contract_of(rollout())
STOP = CONTRACT["POST-2.4"]
UNDECIDED = ["not_run", "unproven", "harness_error", "not_applicable", "not_offered"]


@pytest.fixture
def source(case):
    """A run of phase 1 in which every row passed, but for those that are given: ``source({"POST-2.4": "failed"})``."""

    def make(statuses=None, *, about=None, kind="converting", contract=None, violations=(), endpoint="chat/completions"):
        about = about or rollout()
        rows = {id: row for id, row in contract_of(about).items() if "1" in row.phases}
        asked = [_asked(row) for row in rows.values()]
        cases = [_case(case, id, (statuses or {}).get(id, "passed"), about, endpoint) for id in rows]
        header = {
            "grokgate": "0.1.0",
            "provider": {"title": "mine 1.0", "kind": kind, "requirements": ["mine==1.0"]},
            "digests": {"provider": "a" * 64},
            "phase": "1",
            "scope": "predeploy",
            "world": about.world,
            "rollout": about.id,
            "started": "2026-11-25T07:32:07+00:00",
            "mode": "replay",
            "only": [],
        }
        return Source(
            header=header,
            verdict=judge(asked, cases, strict=False, violations=violations),
            contract=contract_of(about) if contract is None else contract,
            rollout=about,
            is_of_contract=contract is None,
            name="evidence.jsonl",
        )

    return make


def _asked(row):
    return Asked(id=row.id, title=row.title, plan=row.plan, section=row.section, prefix=row.prefix, severity=row.severity)


def _case(case, id, status, about, endpoint):
    answer = f'{{"model": "{about.target.answered_by}"}}'
    call = {"said": "", "scenario": "plain", "fault": None, "asked": {"model": about.model}}
    asked = {"method": "POST", "url": f"https://api.x.ai/v1/{endpoint}"}
    wire = [{**asked, "provenance": "derived", "recorded_at": "", "answer": answer}]
    because = "" if status == "passed" else f"the cause of {id}"
    made = case(status, because=because, blame=Blame.PROVIDER, observations=({**call, "wire": wire},))
    return replace(made, id=id, requirement=id)


def lines(kind, source):
    return list(DRAFTS[kind](source))


def statements(kind, source):
    """What a draft states: the lines below its head that are no headings."""
    return [line for line in lines(kind, source) if line and line[0] not in "#>" and not line.startswith("No row ")]


def test_of_a_provider_of_responses_the_fields_are_those_of_responses(source):
    told = "\n".join(lines("migration", source(endpoint="responses")))
    assert "`max_output_tokens` bounds the text of both models. An output limit is sent to grok-4 as `max_output_tokens`" in told
    assert "max_completion_tokens" not in told
    red = "\n".join(lines("limitations", source({"POST-4.1": "unproven"}, endpoint="responses")))
    assert "text.format" in red
    assert "response_format" not in red


@pytest.mark.parametrize("kind", DRAFTS)
@pytest.mark.parametrize("status", [status.value for status in Status])
def test_each_statement_ends_with_its_row(kind, status, source):
    made = source(dict.fromkeys(CONTRACT, status))
    ids = {row.asked.id for row in made.verdict.rows}
    for statement in statements(kind, made):
        named = re.search(r" \[([^]]+)\]$", statement)
        assert named, statement
        assert set(named[1].split(", ")) <= ids


@pytest.mark.parametrize("kind", DRAFTS)
def test_the_first_lines_say_which_run_it_rests_on(kind, source):
    head = "\n".join(lines(kind, source({"POST-2.4": "failed"}, violations=["example.org:443"]))[:12])
    for fact in (
        "mine 1.0 (mine==1.0)",
        "a" * 12,
        "phase 1",
        "predeploy",
        "world `grok-4-0709`",
        "2026-11-25",
        "no-go",
        "1 failed",
    ):
        assert fact in head
    assert "0 recorded" in head
    assert "answered by the tape; the real xAI was not asked" in head
    assert "**undeclared attempts to reach other hosts**: example.org:443" in head


@pytest.mark.parametrize("id", [id for id, row in CONTRACT.items() if row.users and "1" in row.phases])
@pytest.mark.parametrize("status", ["failed", *UNDECIDED])
def test_no_draft_claims_what_did_not_pass(id, status, source):
    made = source({id: status})
    claim = CONTRACT[id].users.kept
    for kind in DRAFTS:
        assert [line for line in statements(kind, made) if claim in line and line.endswith(f"[{id}]")] == []


@pytest.mark.parametrize("id", [id for id, row in CONTRACT.items() if row.users and "1" in row.phases])
def test_release_notes_tell_each_row_that_passed(id, source):
    assert f"- {CONTRACT[id].users.kept} [{id}]" in lines("release-notes", source())


def test_release_notes_name_the_rows_that_they_are_silent_about(source):
    [last] = [
        line
        for line in lines("release-notes", source({"POST-2.4": "failed", "MON.2": "not_run"}))
        if "nothing is claimed" in line
    ]
    assert last.startswith("- Of 2 rows nothing is claimed")
    assert last.endswith("[POST-2.4, MON.2]")


def test_where_nothing_passed_there_is_nothing_to_announce(source):
    assert "No row passed that users notice, so there is nothing to announce." in lines(
        "release-notes", source(dict.fromkeys(CONTRACT, "not_run"))
    )


# --- limitations


@pytest.mark.parametrize(
    ("status", "heading", "text"),
    [
        ("failed", "## What does not work", f"{STOP.users.unkept} Seen: the cause of POST-2.4. [POST-2.4]"),
        ("waived", "## What is accepted for now", "Accepted for now: the cause of POST-2.4. [POST-2.4]"),
        ("not_offered", "## What is not offered", f"Not offered: {STOP.title}; the cause of POST-2.4. [POST-2.4]"),
        ("not_run", "## What is open", f"This run did not decide it: {STOP.title}; the cause of POST-2.4."),
        ("harness_error", "## What is open", "the cause of POST-2.4. [POST-2.4]"),
    ],
)  # fmt: skip
def test_a_limitation_stands_under_its_heading(status, heading, text, source):
    found = lines("limitations", source({"POST-2.4": status}))
    assert text in found[found.index(heading) + 2]


@pytest.mark.parametrize("status", UNDECIDED)
def test_a_fact_of_the_model_is_told_where_its_row_ran_alone(status, source):
    fact = "- xAI refuses `stop` for `grok-4`, whatever its value. [POST-2.4]"
    assert fact in lines("limitations", source())
    assert fact in lines("limitations", source({"POST-2.4": "failed"}))
    assert fact not in lines("limitations", source({"POST-2.4": status}))


def test_the_window_is_told_by_the_rows_that_ran(source):
    window = "- A prompt for `grok-4` may have 256,000 tokens; `grok-3`, `grok-3-fast` and `grok-3-mini` take 131,072."
    assert f"{window} xAI refuses a longer one. [POST-3.1, POST-3.3]" in lines("limitations", source())
    assert f"{window} xAI refuses a longer one. [POST-3.3]" in lines("limitations", source({"POST-3.1": "not_offered"}))
    assert window not in "\n".join(lines("limitations", source({"POST-3.1": "not_offered", "POST-3.3": "not_run"})))


def test_nothing_is_told_of_models_by_a_rollout_file_that_is_not_that_of_the_run(source):
    assert "## What is so with grok-4 itself" not in lines("limitations", replace(source(), rollout=None))


def test_what_a_raw_sdk_leaves_to_its_caller(source):
    made = source({"POST-2.4": "not_applicable"}, kind="passthrough")
    assert "- Leave stop out for grok-4, and cut the text yourself where you rely on it. [POST-2.4]" in lines("limitations", made)


def test_what_a_provider_said_itself_is_text_and_no_markdown(source):
    made = source({"P1.1": "failed"})
    rows = [replace(row, because="<b>*loud*</b> `x` [y](z)") if row.asked.id == "P1.1" else row for row in made.verdict.rows]
    text = "\n".join(lines("limitations", replace(made, verdict=replace(made.verdict, rows=tuple(rows)))))
    assert r"Seen: \<b>\*loud\*\</b> \`x\` \[y\](z). [P1.1]" in text


# --- migration


def test_the_guide_names_each_parameter_that_disappears_and_its_row(source):
    found = lines("migration", source())
    gone = found[found.index("## Parameters that disappear") + 2 :][:4]
    assert [re.search(r"^- `(\w+)`.*\[(.+)\]$", line).groups() for line in gone] == [
        ("presence_penalty", "POST-2.2"),
        ("frequency_penalty", "POST-2.3"),
        ("stop", "POST-2.4"),
        ("reasoning_effort", "POST-2.5"),
    ]
    assert "`stop`: xAI refuses it for `grok-4`; `grok-3` takes it." in gone[2]
    assert "`grok-3` refuses it, too" in gone[0]


def test_the_guide_tells_limit_window_and_prices(source):
    text = "\n".join(lines("migration", source()))
    assert "`max_completion_tokens` bounds the text of `grok-4`, where `grok-3` has `max_tokens`." in text
    assert "`grok-4` takes 256,000 tokens of prompt, where `grok-3` takes 131,072. [POST-3.1, POST-3.3]" in text
    assert (
        "`grok-4`, answered by `grok-4-0709`: $3 for a million tokens of prompt ($0.75 where cached), $15 for a million" in text
    )
    assert "A call with 128,000 tokens of prompt or more costs $6 and $30, from its first token on. [MON.5]" in text


def test_the_guide_is_silent_about_prices_where_their_row_did_not_run(source):
    text = "\n".join(lines("migration", source({"MON.5": "not_run"})))
    assert "$" not in text
    assert "This run did not decide it: cost reckoned from the wire" in text


def test_the_guide_knows_the_later_world(source):
    found = lines("migration", source({"POST-3.1": "not_applicable"}, about=rollout("grok-4", "grok-4.3")))
    gone, stays = (found[found.index(f"## Parameters that {what}") + 2 :] for what in ("disappear", "stay"))
    assert not any(line.startswith("- `reasoning_effort`") for line in gone[:3])
    assert stays[0].startswith("- `grok-4` takes `temperature`, `top_p`, `seed` and `user`, as `grok-3` does. ")
    assert stays[1].startswith("- `reasoning_effort`: `grok-4` takes it, so does `grok-3`. ")
    assert stays[1].endswith("[POST-2.5]")
    assert "- `grok-4` takes 1,000,000 tokens of prompt, as many as `grok-3` takes 1,000,000. [POST-3.3]" not in found
    assert "- `grok-4` takes 1,000,000 tokens of prompt, as many as `grok-3`. [POST-3.3]" in found
    assert "POST-3.1" not in "\n".join(found)


def test_a_raw_sdk_leaves_the_parameters_to_its_caller(source):
    [line] = [
        line
        for line in lines("migration", source({"POST-2.4": "not_applicable"}, kind="passthrough"))
        if line.startswith("- `stop`")
    ]
    assert line.endswith("Left to you. Leave stop out for grok-4, and cut the text yourself where you rely on it. [POST-2.4]")


# --- faq


GENERAL = ["Why is a penalty of 0 refused?", "Why does the bill exceed the tokens that I counted?", "Why is an answer empty?"]


def questions(found):
    return [line.removeprefix("### ") for line in found if line.startswith("### ")]


def test_the_general_questions_are_always_there(source):
    assert questions(lines("faq", source())) == GENERAL


@pytest.mark.parametrize("status", ["failed", "waived"])
def test_a_failure_raises_its_question(status, source):
    found = lines("faq", source({"POST-2.4": status}))
    assert questions(found) == [*GENERAL, "Why does a call with `stop` fail?"]


@pytest.mark.parametrize("status", UNDECIDED)
def test_what_was_not_seen_to_fail_raises_none(status, source):
    assert questions(lines("faq", source({"POST-2.4": status}))) == GENERAL


def test_an_answer_says_whether_the_provider_keeps_the_row(source):
    kept, broken, open_ = ("\n".join(lines("faq", source({"POST-5.4": status}))) for status in ("passed", "failed", "not_run"))
    assert "This provider: An answer that was cut by the limit is reported as cut. [POST-5.4]" in kept
    assert "This provider: An answer that was cut by the limit is not always reported as cut" in broken
    assert "This provider: This run did not decide it" in open_
    assert "A small output limit can end the answer" not in open_


# --- another contract


def test_a_row_that_reads_otherwise_today_is_told_in_the_words_of_the_run(source):
    today = CONTRACT | {"POST-2.4": replace(CONTRACT["POST-2.4"], title="another promise")}
    found = lines("limitations", source({"POST-2.4": "failed"}, contract=today))
    assert f"- Not kept: {STOP.title}. Seen: the cause of POST-2.4. [POST-2.4]" in found
    assert "> - the run was judged by another contract; rows that read otherwise there have its words" in found


# --- another rollout


LOST = (
    "A prompt of more than 100,000 tokens is too long for `zork-9`; `zork-8` takes up to 200,000. Shorten such prompts, or go on "
    "asking for `zork-8`. [POST-3.1, POST-3.3]"
)


@pytest.mark.parametrize("kind", DRAFTS)
@pytest.mark.parametrize("status", ["passed", "failed", "not_run"])
def test_a_draft_of_another_rollout_names_its_models_alone(kind, status, source, zork):
    text = "\n".join(lines(kind, source(dict.fromkeys(CONTRACT, status), about=rollout(str(zork)))))
    assert "zork-9" in text
    assert re.findall(r"grok-\d[^)]*|Grok\d|GROK\d|`grok`", text) == []


def test_the_titles_name_the_model_that_is_rolled_out(source, zork):
    made = source(about=rollout(str(zork)))
    assert {kind: lines(kind, made)[0] for kind in DRAFTS} == {
        "release-notes": "# Release notes: zork-9 with mine 1.0",
        "limitations": "# Known limitations: zork-9 with mine 1.0",
        "migration": "# From zork-8 to zork-9: a guide for callers of mine 1.0",
        "faq": "# Questions about zork-9 with mine 1.0",
    }


@pytest.mark.parametrize("header", [{"roles": {"target": "zork-9"}, "rollout": "x"}, {"rollout": "zork-9"}], ids=["roles", "old"])
def test_without_the_rollout_the_evidence_says_the_model(header, source):
    made = source()
    told = replace(made, rollout=None, contract={}, header={**made.header, **header})
    assert lines("faq", told)[0] == "# Questions about zork-9 with mine 1.0"
    assert lines("release-notes", told)[0] == "# Release notes: zork-9 with mine 1.0"


@pytest.mark.parametrize("kind", ["release-notes", "limitations", "migration"])
def test_a_window_that_becomes_smaller_is_told_as_a_loss(kind, source, zork):
    smaller = rollout(str(zork))
    assert f"- {LOST}" in lines(kind, source(about=smaller))
    assert "Shorten such prompts" not in "\n".join(lines(kind, source()))
    undecided = source({"POST-3.1": "not_run", "POST-3.3": "not_run"}, about=smaller)
    assert "Shorten such prompts" not in "\n".join(lines(kind, undecided))


def test_each_older_window_is_told(source, zork):
    text = "\n".join(lines("limitations", source(about=rollout(str(zork)))))
    assert "- A prompt for `zork-9` may have 100,000 tokens; `zork-8` takes 200,000; `zork-8-mini` takes 300,000. " in text


def test_a_model_that_shows_its_thoughts_is_told_as_one(source, zork):
    shown = source(about=rollout(str(zork)))
    assert "- `zork-9` reasons before it answers, and its thoughts come with the answer. [POST-5.3]" in lines(
        "limitations", shown
    )
    assert any(
        line.startswith("- `zork-9` reasons before it answers, unlike `zork-8`; its thoughts come with the answer.")
        for line in lines("migration", shown)
    )
