"""One process of a soak: ``python -m grokgate.runs.soak master|worker WORD``."""

from gevent import monkey

monkey.patch_all()  # before anything else is imported, so that a provider's process and its observer wait without stopping others

import sys  # noqa: E402

if __name__ == "__main__":
    if sys.argv[1] == "worker":
        from grokgate.runs.soak.asked import WorkerAsked
        from grokgate.runs.soak.worker import work

        sys.exit(work(WorkerAsked.of_word(sys.argv[2])))
    else:
        from grokgate.runs.soak.asked import SoakAsked
        from grokgate.runs.soak.gate import judged

        sys.exit(judged(SoakAsked.of_word(sys.argv[2])))
