"""Answers of a model in a file."""

import json

import pytest

from grokgate.formats.answers_file import answers_in
from grokgate.formats.document import BadDocument
from grokgate.values.script import Called, Scripted, calls, says

WRITTEN = """
- calls:
  - {name: get_weather, arguments: {city: Oslo}}
  - {name: now}
  text: I look it up.
- calls: [{name: now, arguments: "{"}]
- text: It is mild.
  thinking: One fact is asked for.
- Nothing more.
"""
READ = (
    Scripted(text="I look it up.", calls=(Called(name="get_weather", arguments={"city": "Oslo"}), Called(name="now"))),
    Scripted(calls=(Called(name="now", arguments="{"),)),
    Scripted(text="It is mild.", thinking="One fact is asked for."),
    says("Nothing more."),
)


def test_a_file_holds_texts_and_calls(tmp_path):
    file = tmp_path / "my answers.yaml"
    file.write_text(WRITTEN)
    assert answers_in(str(file)) == READ


def test_it_may_be_json(tmp_path):
    (tmp_path / "answers.json").write_text(json.dumps(["Hello.", {"calls": [{"name": "now", "arguments": {}}]}]))
    assert answers_in(str(tmp_path / "answers.json")) == (says("Hello."), calls("now"))


@pytest.mark.parametrize("said", ["It stands in answers.json", "text:answers.yaml", '{"name": "Ada"}', "[1, 2]"])
def test_what_names_no_file_is_a_text(said):
    assert answers_in(said) == (says(said.removeprefix("text:")),)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("[]", "top level: "),
        ("a text", "top level: "),
        ("- {}", r"\[0\]: "),
        ("- ''", r"\[0\]: "),
        ("- one\n- call: now", r"\[1\]: .*'call'"),
        ("- calls: [{name: now, arguments: 3}]", r"\[0\]\.calls\[0\]\.arguments: "),
        ("- calls: [{arguments: {}}]", r"\[0\]\.calls\[0\]: .*'name'"),
        ("- calls: []", r"\[0\]\.calls: "),
        ("- [", "line 2"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(tmp_path, written, place):
    file = tmp_path / "answers.yaml"
    file.write_text(written)
    with pytest.raises(BadDocument, match=place):
        answers_in(str(file))


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(BadDocument, match="No such file"):
        answers_in("nix.yaml")
