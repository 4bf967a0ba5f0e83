"""What a requirement's test states: what left, what the caller got, what the log and the listing show.

Each statement returns quietly or raises ``Unkept`` with one sentence for people, the place that shows it, and what was
expected and seen. ``NotApplicable`` says that a case does not concern this provider, ``NotOffered`` that the face driven has no
such field or part, ``NotRun`` that it cannot be decided and ``Unproven`` that too little was seen; each says why.
"""

from grokgate.judgement.expect.basics import answering, gets_xais_text, leaving
from grokgate.judgement.expect.bill import Bill as bill
from grokgate.judgement.expect.caller import Caller as caller
from grokgate.judgement.expect.command import Command as command
from grokgate.judgement.expect.deployment import Deployment as deployment
from grokgate.judgement.expect.documentation import Documentation as documentation
from grokgate.judgement.expect.error import Error as error
from grokgate.judgement.expect.had import had, short_names, unnamed
from grokgate.judgement.expect.listing import Listing as listing
from grokgate.judgement.expect.listing import declares, undeclared
from grokgate.judgement.expect.log import Failures as failures
from grokgate.judgement.expect.log import Log as log
from grokgate.judgement.expect.log_text import LogText as log_text
from grokgate.judgement.expect.pair import pair
from grokgate.judgement.expect.patience import Patience as patience
from grokgate.judgement.expect.stream import Stream as stream
from grokgate.judgement.expect.trials import Trials as trials
from grokgate.judgement.expect.understood import understood
from grokgate.judgement.expect.unkept import NotApplicable, NotRun, Unkept, Unproven, rests_on
from grokgate.judgement.expect.wire import Wire as wire
from grokgate.values.chat import camel_case as camel
from grokgate.values.face import NotOffered

__all__ = [
    "NotApplicable",
    "NotOffered",
    "NotRun",
    "Unkept",
    "Unproven",
    "answering",
    "bill",
    "caller",
    "camel",
    "command",
    "declares",
    "deployment",
    "documentation",
    "error",
    "failures",
    "gets_xais_text",
    "had",
    "leaving",
    "listing",
    "log",
    "log_text",
    "pair",
    "patience",
    "rests_on",
    "short_names",
    "stream",
    "trials",
    "undeclared",
    "understood",
    "unnamed",
    "wire",
]
