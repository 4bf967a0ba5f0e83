"""What a run refuses before it asks anything."""

import re
from dataclasses import replace

import pytest

from grokgate.formats.document import BadDocument
from grokgate.formats.rollout_file import rollout
from grokgate.runs.run import plays_the_troubles
from grokgate.upstream.world import load_world
from grokgate.values.rollout import Trouble

UNPLAYED = {
    "scenario": (Trouble(name="odd", scenario="capacitty"), "the world 'grok-4-0709' plays no scenario 'capacitty'; there are: "),
    "fault": (Trouble(name="odd", fault="rest"), "there is no fault 'rest'; there are: "),
}


@pytest.mark.parametrize(("trouble", "told"), UNPLAYED.values(), ids=UNPLAYED)
def test_a_trouble_that_nothing_brings_about_is_refused_with_file_and_place(trouble, told):
    about = rollout()
    with pytest.raises(BadDocument, match=re.escape(f"{about.path}: trouble (odd): {told}")):
        plays_the_troubles(replace(about, troubles=(trouble,)), load_world(about.facts.folders[0]))
