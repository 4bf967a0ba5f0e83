"""Every kind of secret is found, and told without being shown; ids, placeholders and prose are none."""

import base64
import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats.home import home
from grokgate.values.secret import NO_ID, is_placeholder, secrets_in, stand_ins

RUN = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY" * 3
UUID = "59fbe5f2-040b-46d5-8325-868bb8f23eb2"
JWT = f"ey{'JhbGciOiJIUzI1NiJ9'}.ey{'JzdWIiOiJzb21lYm9keSJ9'}.{RUN[:43]}"
KINDS = {
    "xAI key": (f"xa{'i-'}{RUN[:80]}", f"xa{'i-'}{RUN[:20]}", f"xa{'i-'}token-{RUN[:64]}"),
    "OpenAI key": (f"s{'k-'}{RUN[:48]}", f"s{'k-'}proj-{RUN[:40]}_{RUN[:40]}-{RUN[:20]}", f"s{'k-'}svcacct-{RUN[:40]}"),
    "Anthropic key": (f"s{'k-'}ant-api03-{RUN[:80]}",),
    "GitHub token": (f"gh{'p_'}{RUN[:36]}", f"gh{'s_'}{RUN[:36]}", f"github{'_pat_'}{RUN[:22]}_{RUN[:59]}"),
    "AWS key": (f"AK{'IA'}Q3E5R7T9Y1U2O4P6", f"AS{'IA'}Q3E5R7T9Y1U2O4P6"),
    "AWS secret": (f"aws_secret_access_key = {RUN[:40]}",),
    "Google key": (f"AI{'za'}{RUN[:35]}", f"ya{'29.'}{RUN[:60]}"),
    "Slack token": (f"xox{'b-'}{'8461' * 3}-{RUN[:24]}", f"https://hooks.slack.com/services/T{RUN[:10]}/{RUN[:24]}"),
    "JWT": (JWT,),
    "private key": ("-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----"),
    "bearer credential": (f"Bearer {RUN[:30]}", "Authorization: bearer r7t9y1u2", f"?authorization=Bearer+{RUN[:30]}"),
    "basic credential": (f"Basic {base64.b64encode(b'somebody:hunter22').decode()}",),
    "named credential": (f'"authorization": "{RUN[:24]}"', f"x-api-key: {RUN[:32]}", f"?access_token={RUN[:32]}"),
    "cookie": (f"Set-Cookie: session={RUN[:20]}; path=/", f'"cookie": "a={RUN[:20]}"', f"__cf_bm={RUN[:40]}"),
    "password in a URL": ("https://somebody:hunter22@proxy.test:8080/", f"redis://:{RUN[:12]}@cache.test/0"),
    "team id": (
        f"https://console.x.ai/team/{UUID}",
        f"for team {UUID} and",
        f'"team_id": "{UUID}"',
        f'"teamId":"{UUID.upper()}"',
        f'"team":{{"id":"{UUID}"}}',
    ),
    "account id": (f'"user_id":"{UUID}"', f'"api_key_id": "{UUID}"', f'"modifiedBy":"{UUID}"'),
    "organization": (f"OpenAI-Organization: org-{RUN[:24]}", f"openai-project: {RUN[:12]}", f"proj_{RUN[:24]}"),
    "e-mail address": ("somebody@mail.company.org",),
    "phone number": ("+49 30 901820", "+14155552671", "+1 (415) 555-2671", "(415) 555-2671", "415-555-2671"),
}  # fmt: skip
EXAMPLES = [(kind, text) for kind, texts in KINDS.items() for text in texts]

PLACEHOLDERS = [
    "Bearer example-key",
    "Bearer incorrect-example",
    "Bearer [key]",
    "Bearer <TOKEN>",
    "Bearer <AUTH_TOKEN>",
    "Bearer $XAI_API_KEY",
    "Bearer ${XAI_API_KEY}",
    "Bearer {{key}}",
    "Bearer REDACTED",
    "Bearer DUMMY-0123456789",
    "Bearer test",
    "Bearer test-key-1",
    "Bearer your-api-key-goes-here",
    "Bearer ********************",
    "authorization: ***",
    "Incorrect API key provided: in***ey.",
    f"xa{'i-'}{'x' * 80}",
    f"xa{'i-'}your-api-key-here-xxxxxxxxxxxxxxxx",
    f"s{'k-'}...{RUN[:4]}",
    "AKIAIOSFODNN7EXAMPLE",
    "https://user:password@proxy.test/",
    "https://user:<PASSWORD>@proxy.test/",
    "set-cookie: <COOKIE>",
    "set-cookie: __cf_bm=REDACTED; path=/",
    f"https://console.x.ai/team/{NO_ID}",
    f'"user_id": "{NO_ID}"',
    "somebody@example.com",
    "somebody@mail.test",
    "+1-555-0100",
    "+1 415 555-0142",
]
HARMLESS = [
    UUID,
    f'"id":"{UUID}"',
    f'"id":"{UUID}_us-east-1"',
    f"x-request-id: {UUID}",
    "x-request-id: 00-53d5c4d3dea26a5dacdb552f8dd84462-9491ed550023e3ad-01",
    f'"call_id":"{UUID}"',
    '"system_fingerprint":"fp_bc6e1e7955c862d1"',
    '"id":"call_76782371"',
    '"id":"chatcmpl-8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c"',
    '"id":"resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b"',
    "cf-ray: 9800b7b86a5f47a1-ORD",
    "traceparent: 00-527b0d87f33fee2d3ed15f6aeb00aa19-a287f7330089b76a-01",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "a basic question, with basic arithmetic and Basic understanding",
    "HTTP bearer authentication needs a bearer credential",
    "www-authenticate: Bearer realm=xai, error=invalid",
    "the team of 12, and team-building",
    "git clone git@github.com:owner/name.git",
    "npm install package@1.2.3",
    "write to support@x.ai",
    "@somebody wrote",
    "https://api.x.ai:443/v1/chat@here",
    "https://x.ai/a:b@c",
    '{"user":"user-123","user_id":42}',
    '{"user_id":{"type":"string"}}',
    "xai-grok-4-1-fast-non-reasoning",
    "xai-sdk-python-1.2.3-py3-none-any",
    "task-force-of-the-desk-lamp-and-risk-management-system",
    "a cookie: two cups of flour; cookies = sweet",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    "authorization: required-for-every-request",
    '"api_key": os.environ["XAI_API_KEY"]',
    "max_tokens: 1024, password: unknown",
    "2025-12-02T11:00:00.412+01:00",
    "from +100 000 000 to +1 000 000 000",
    "1234567890, 12-34-5678, 3.14159-26535",
    "call-59fbe5f2-040b-46d5-8325-868bb8f23eb2-0",
    "300-400-5000-6000",
]


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_each_kind_is_found_where_it_stands(kind, text):
    found = [secret for secret in secrets_in(f"before {text} after") if secret.kind == kind]
    assert len(found) == 1
    assert 7 <= found[0].start < found[0].end <= 7 + len(text)


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_no_secret_is_shown(kind, text):
    (secret,) = (secret for secret in secrets_in(text) if secret.kind == kind)
    held = text[secret.start : secret.end]
    assert held.startswith(secret.preview)
    assert len(secret.preview) <= min(4, len(held) / 4)
    assert held not in f"{secret} {secret!r}"


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
@pytest.mark.parametrize("nested", [1, 2, 3])
def test_escapes_of_json_hide_nothing(kind, text, nested):
    """A line break is a backslash and a letter in JSON, and the letter no part of the word after it; tools' arguments nest it."""
    written = f"a\n{text}\n"
    for _ in range(nested):
        written = json.dumps({"a": written})
    assert kind in {secret.kind for secret in secrets_in(written)}


def test_a_secret_written_in_unicode_escapes_is_found():
    assert [s.kind for s in secrets_in(r'{"a":"https:\/\/somebody:hunter22\u0040proxy.internal"}')] == [
        "password in a URL",
        "e-mail address",
    ]


@pytest.mark.parametrize("text", PLACEHOLDERS + HARMLESS)
def test_placeholders_ids_and_prose_are_no_secrets(text):
    assert secrets_in(f"before {text} after") == secrets_in(text) == ()


@pytest.mark.parametrize(
    "text", ["", "  ", "[key]", "<TOKEN>", "***", "DUMMY", "test", "example-key", "XXXXXX", "REDACTED", NO_ID]
)
def test_a_placeholder_stands_for_a_secret(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", [RUN, UUID, "hunter22", "test-9f8a7b6c5d4e", "sesame", "$ecret99", "(open", "a[b]"])
def test_anything_else_is_no_placeholder(text):
    assert not is_placeholder(text)


@given(st.binary(min_size=3000, max_size=6000).map(base64.b64encode))
def test_images_and_encrypted_reasoning_are_no_secrets(content):
    assert secrets_in(f'{{"encrypted_content":"{content.decode()}","url":"data:image/png;base64,{content.decode()}"}}') == ()


def test_ten_million_random_characters_of_base64_hold_no_secret():
    assert secrets_in(base64.b64encode(random.Random(7).randbytes(7_500_000)).decode()) == ()


@pytest.mark.parametrize(
    "part", ["a", "xai-", "eyJ", "eyJa.", "sk-", "a@", "a.", "://", "://a:", "cookie=", "Bearer ", "\\", "\\\\n", "BEGIN "]
)
def test_a_hostile_text_takes_no_longer_than_its_length(part):
    """Half a million characters take 0.2 s; with a rule that looked at each several times over they would take minutes."""
    began = time.process_time()
    secrets_in(part * (500_000 // len(part)))
    assert time.process_time() - began < 15


def test_two_secrets_are_told_in_their_order():
    text = f"somebody@mail.company.org wrote xa{'i-'}{RUN[:80]}"
    assert [(s.kind, s.start) for s in secrets_in(text)] == [("e-mail address", 0), ("xAI key", 32)]


def test_what_takes_the_place_of_a_secret_is_of_its_kind_and_none():
    key, mail, phone = KINDS["xAI key"][0], "somebody@mail.company.org", "+49 30 901820"
    text = f'"team_id": "{UUID}", write to {mail} or call {phone}; the key is {key}.'
    found = stand_ins(text)
    assert found == {UUID: NO_ID, mail: "somebody@example.com", phone: "+1-555-0100", key: "[key]"}
    for value, stand_in in found.items():
        text = text.replace(value, stand_in)
    assert secrets_in(text) == ()


def test_a_short_password_and_a_private_key_are_replaced_by_nothing():
    """The one may be a word of any text; of the other only the beginning is known."""
    assert stand_ins("https://me:secret@localhost/ " + KINDS["private key"][0]) == {}


@pytest.mark.parametrize(
    "path", sorted(path for path in (home() / "cassettes").rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_nothing_is_found_in_the_bundled_cassettes(path: Path):
    assert secrets_in(path.read_text()) == ()
