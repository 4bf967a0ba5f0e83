"""Throw-away rollouts of all sorts, each in a world of its own: with the reference provider every phase is a go.

Nothing here names a model that exists. What differs from rollout to rollout is a column below; a row takes one value of each, and
the first four columns meet in all pairs.
"""

from json import dumps

import pytest

BASES = ("grok-4-0709", "grok-4.3", "grok-4.7")
KINDS = ("none", "hidden", "shown")
EFFORTS = ([], ["low"], ["low", "medium", "high", "xhigh"], ["none", "low"], ["high"])
REFUSED = ([], ["presence_penalty", "frequency_penalty", "stop"], ["stop"])
WINDOWS = ((300_000, 200_000), (32_000, 128_000), (256_000, 256_000), (2_000_000, 1_100))
TIERS = ("none", "inside", "above", "tiny")
NAMES = (
    ("zork-9", "zork-8", "zork"),
    ("Acme/Zork-9.1", "Acme/Zork-9.0", "Zork/Latest"),
    ("zork", "zork-old", "blorb"),
    ("zork.9", "zork.8", "zork.x"),
    ("Zork9", "zork8", "latest"),
)
FLAGS = ((["zork-9"], ["zork-8", ""]), (["true", "TRUE", "on", "1"], ["false", "", "0"]), (["yes"], [""]))
PHASES = ("1", "2", "3", "rollback")

MODEL = """
[[model]]
id = {id}
aliases = []
window = {window}
thinking = "{thinking}"
efforts = {efforts}
refuses = {refuses}
price = {{ prompt = 10000, cached = 1000, completion = 20000, long_from = {tier} }}
sources = ["made up"]
"""
WORLD = """
name = "zorld"
title = "zorks are there"
based_on = "{base}"
substitute = {old}
era = {{ from = "2026-10-01" }}
"""
ROLLOUT = """
id = "zork"
based_on = "grok-4"
title = "one zork after another"
world = "zorld"
unknown = "zork-none"
[target]
id = {target}
called = "New Zork"
names = {names}
[old]
id = {old}
called = "Old Zork"
names = {old_names}
{others}
[flag]
variable = "ZORK_DEFAULT"
moves = {moves}
on = {on}
off = {off}
[allow_list]
variable = "ZORK_MODELS"
keeps = {keeps}
"""


def row(number):
    """One value of each column; the first four are an orthogonal array, so that nine rows have each pair of values."""
    first, second = number % 3, number // 3 % 3
    third, fourth = (first + second) % 3, (first + 2 * second) % 3
    return {
        "base": BASES[first],
        "thinking": (KINDS[second], KINDS[third]),
        "refuses": (REFUSED[fourth], REFUSED[second]),
        "efforts": (EFFORTS[number % 5], EFFORTS[(number // 2 + 3) % 5]),
        "windows": WINDOWS[(number + number // 4) % 4],
        "tier": TIERS[(number + number // 3) % 4],
        "names": NAMES[(number + 2) % 5],
        "flag": FLAGS[fourth],
        "short": ((0, 1, 3)[third], (1, 3, 0)[fourth]),
        "others": (1, 0, 3)[fourth],
        "phase": PHASES[number % 4],
    }


def model(id, window, thinking, efforts, refuses, tier):
    """A model of the world."""
    tiers = {"none": 0, "inside": window // 2, "above": window + 5000, "tiny": 500}
    refused = [*refuses, *([] if efforts else ["reasoning_effort"])]
    facts = {"id": dumps(id), "window": window, "thinking": thinking, "efforts": dumps(efforts), "refuses": dumps(refused)}
    return MODEL.format(**facts, tier=tiers[tier])


def written(folder, chosen):
    """The rollout's file, with its world beside it."""
    target, old, moves = chosen["names"]
    extra = [f"other-{number}" for number in range(chosen["others"])]
    facts = zip(*(chosen[name] for name in ("windows", "thinking", "efforts", "refuses")), strict=True)
    rows = [model(id, *about, chosen["tier"]) for id, about in zip((target, old), facts, strict=True)]
    rows += [model(id, 100_000, kind, [], [], "none") for id, kind in zip(extra, KINDS[: len(extra)], strict=True)]
    (folder / "zorld").mkdir()
    (folder / "zorld" / "world.toml").write_text("".join([WORLD.format(base=chosen["base"], old=dumps(old)), *rows]))
    names, old_names = ([f"{sort}{number}" for number in range(count)] for sort, count in zip("ab", chosen["short"], strict=True))
    (folder / "zork.toml").write_text(
        ROLLOUT.format(
            target=dumps(target),
            old=dumps(old),
            moves=dumps(moves),
            names=dumps(names),
            old_names=dumps(old_names),
            others="".join(f'[[other]]\nid = "{id}"\nnames = ["{id}-too"]\n' for id in extra),
            on=dumps(chosen["flag"][0]),
            off=dumps(chosen["flag"][1]),
            keeps=dumps([old, *extra[:2]]),
        )
    )
    return folder / "zork.toml"


def facts_of(chosen):
    """What makes rows not apply, each with the words that say so."""
    target = chosen["names"][0]
    if chosen["phase"] == "rollback":
        return {}
    left = [name for name in ("presence_penalty", "frequency_penalty", "stop") if name not in chosen["refuses"][0]]
    rows = dict(zip(("presence_penalty", "frequency_penalty", "stop"), ("POST-2.2", "POST-2.3", "POST-2.4"), strict=True))
    told = {rows[name]: f"{target} takes {name} in the world zorld" for name in left}
    if len(left) == 3 and chosen["efforts"][0]:
        told |= dict.fromkeys(("POST-2.9", "MON.7"), f"{target} refuses no parameter in the world zorld")
    if chosen["thinking"][0] == "none":
        told |= dict.fromkeys(("POST-5.2", "POST-5.3", "POST-5.5"), f"{target} does not think before it answers")
    if len(set(chosen["windows"])) == 1:
        told["POST-3.4"] = "take prompts of 256,000 tokens alike"
    return told | {"POST-6.2": f"{target} sends no empty deltas while it thinks"}


@pytest.mark.parametrize("number", range(9))
def test_the_reference_provider_passes_each_phase_of_any_rollout(number, gate, tmp_path):
    chosen = row(number)
    ran = gate("--rollout", str(written(tmp_path, chosen)), "--phase", chosen["phase"])
    assert ran.code == 0, ran.said + ran.complained
    assert ran.verdict["verdict"] == "go"
    told = {row["id"]: row["because"] for row in ran.verdict["rows"] if row["status"] == "not_applicable"}
    assert {*ran.rows.values()} <= {"passed", "not_applicable"}
    for id, because in facts_of(chosen).items():
        assert because in told.get(id, f"{id} is {ran.rows[id]}")
    assert told.keys() <= facts_of(chosen).keys()
