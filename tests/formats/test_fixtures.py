"""What is asked lies in the fixtures, and they are found from a checkout as from an installed package."""

import base64

import pytest

from grokgate.formats import home as place
from grokgate.formats.fixtures import PIXEL, prompts, schema, tool


def test_a_prompt_is_a_text_in_one_line():
    assert [name for name, text in prompts().items() if not text.strip() or "\n" in text] == []


def test_a_tool_has_the_shape_of_the_api():
    assert tool("get_weather")["type"] == "function"
    assert tool("get_weather")["function"]["parameters"]["type"] == "object"


def test_a_schema_is_a_response_format():
    assert schema("person")["type"] == "json_schema"
    assert schema("person")["json_schema"]["name"] == "person"


def test_the_pixel_is_a_png():
    assert base64.b64decode(PIXEL.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("package", "found"), [("plugins/grokgate", "."), ("grokgate", "grokgate")], ids=["checkout", "installed"]
)
def test_the_data_is_found_beside_the_plugins_or_inside_the_package(package, found, tmp_path, monkeypatch):
    (tmp_path / package).mkdir(parents=True)
    (tmp_path / found / "suites").mkdir()
    monkeypatch.setattr(place, "PACKAGE", tmp_path / package)
    assert place.home() == tmp_path / found


def test_a_package_without_its_data_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "PACKAGE", tmp_path / "plugins" / "grokgate")
    with pytest.raises(FileNotFoundError, match=r"grokgate is damaged: no suites .* Install it again"):
        place.home()
