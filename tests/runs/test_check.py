"""The gate as a child process: whose provider it is, before anything of it runs."""

import pytest

from grokgate.runs import check
from grokgate.runs.listing import NotFound


@pytest.mark.parametrize("module", ["while True: pass", "import time; time.sleep(60)"])
def test_a_module_that_is_not_imported_in_time_is_refused(module, tmp_path, monkeypatch):
    monkeypatch.setattr(check, "NAMING_SECONDS", 2.0)
    (tmp_path / "mine.py").write_text(module)
    with pytest.raises(NotFound, match=r"mine\.py:Mine was not imported within 2 s"):
        check.name_of(f"{tmp_path}/mine.py:Mine")
