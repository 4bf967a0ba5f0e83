"""A log as blocks of whole lines, whatever its size and however long its lines."""

import gzip
import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokgate.formats import log_file
from grokgate.formats.log_file import LogFile, Unreadable


@pytest.fixture
def read(tmp_path):
    """Writes bytes to a file and reads it: the text as it was put together again, and the file."""

    def do(content: bytes, name="server.log"):
        (tmp_path / name).write_bytes(content)
        with LogFile(str(tmp_path / name)) as log:
            blocks = list(log)
        assert all(block.startswith(b"\n") for block in blocks)
        return b"".join(blocks).removeprefix(b"\n"), log

    return do


@pytest.fixture
def small(monkeypatch):
    """Blocks of eight bytes, and lines that are cut at twenty."""
    monkeypatch.setattr(log_file, "BLOCK", 8)
    monkeypatch.setattr(log_file, "LONGEST", 20)


LINES = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b".")), max_size=20)


@given(lines=LINES)
def test_what_is_read_is_what_was_written(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "lines.log"
    path.write_bytes(b"x" + b"".join(line + b"\n" for line in lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_file, "BLOCK", 8)
        with LogFile(str(path)) as log:
            assert b"".join(log) == b"\n" + path.read_bytes().removesuffix(b"\n")


@pytest.mark.usefixtures("small")
def test_a_long_line_is_cut_and_what_was_skipped_is_counted(read):
    text, log = read(b"one\n" + b"a" * 50 + b"\ntwo\n" + b"b" * 20 + b"\n" + b"c" * 21)
    assert text.split(b"\n") == [b"one", b"a" * 20, b"two", b"b" * 20, b"c" * 20]
    assert (log.cut_lines, log.cut_bytes) == (2, 31)


@pytest.mark.usefixtures("small")
def test_no_character_is_cut_in_two(read):
    text, log = read(b"a" * 19 + "é".encode() * 4 + b"\n")
    assert text.decode() == "a" * 19
    assert log.cut_bytes == 8


def test_the_mark_of_a_byte_order_is_no_text(read):
    assert read(b"\xef\xbb\xbfone\ntwo")[0] == b"one\ntwo"


def test_an_empty_file_has_no_block(read):
    text, log = read(b"")
    assert (text, log.size) == (b"", None)


def test_a_packed_file_is_unpacked(read):
    packed = gzip.compress(b"one\ntwo\n", mtime=0) + gzip.compress(b"three\n")
    text, log = read(packed)
    assert (text, log.size) == (b"one\ntwo\nthree", len(packed))


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"one\ntwo\n"))))
    with LogFile("-") as log:
        assert (list(log), log.size) == ([b"\none\ntwo"], None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b"one\n" * 100, mtime=0)[:-9], "Compressed file ended before the end-of-stream marker was reached"),
        (b"\x1f\x8b\x08\x00 no gzip", "cannot be read to its end"),
    ],
)
def test_a_damaged_file_is_refused(read, content, reason):
    with pytest.raises(Unreadable, match=reason):
        read(content, "cut.log.gz")


@pytest.mark.parametrize(("name", "reason"), [("none.log", "No such file or directory"), (".", "Is a directory")])
def test_what_is_no_file_is_refused(tmp_path, name, reason):
    with pytest.raises(Unreadable, match=f"cannot be read: {reason}"), LogFile(str(tmp_path / name)):
        pass
