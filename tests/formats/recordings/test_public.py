"""Public recordings of traffic with xAI are read wholly, and nothing in them looks like a secret that is none."""

import pytest

from grokgate.formats.home import home
from grokgate.formats.recordings.reader import read_recordings
from grokgate.values.redaction import redacted, secrets_of

FOLDER = home().parent / "shared" / "recordings"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the public recordings are not here ({FOLDER})")


@pytest.mark.parametrize(
    ("name", "captures", "undated"),
    [("xai-http.jsonl.gz", 961, 0), ("xai-grpc.jsonl.gz", 49, 1), ("v1-models-by-date.json", 21, 0)],
)
def test_a_public_recording_is_read_wholly(name, captures, undated):
    read = read_recordings(FOLDER / name)
    assert (len(read.captures), read.left_out) == (captures, 0)
    assert sum(not capture.recorded_at for capture in read.captures) == undated
    assert all(capture.request.host == "api.x.ai" for capture in read.captures)


@pytest.mark.parametrize("name", ["xai-http.jsonl.gz", "xai-grpc.jsonl.gz", "v1-models-by-date.json"])
def test_ids_fingerprints_images_and_encrypted_reasoning_are_no_secrets(name):
    found = [
        (capture.origin, place, str(secret))
        for capture in read_recordings(FOLDER / name).captures
        for place, secret in secrets_of(redacted(capture))
    ]
    assert found == []
