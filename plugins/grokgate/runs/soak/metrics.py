"""What a soak tells Prometheus: the plan's monitoring checklist as counters, and how far the run is."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest, start_http_server

from grokgate.judgement.soak.finished import Finished
from grokgate.judgement.soak.tally import CUT_OFF
from grokgate.judgement.trial import Outcome
from grokgate.upstream.price import TICKS
from grokgate.values.rollout import ModelFacts

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300)
"""Upper ends of the buckets of a call's time: grok-4 thinks for seconds, and at times for minutes."""
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1)
"""The same of the share of the context window."""


class Metrics:
    """The figures of a run, with the labels of ``run`` (provider, phase, model) on each that counts calls."""

    def __init__(self, run: Mapping[str, str], target: ModelFacts, about: Mapping[str, str]) -> None:
        self._run, self._target = dict(run), target
        self.registry = registry = CollectorRegistry()
        own = tuple(run)

        def counter(name: str, tells: str, *labels: str) -> Counter:
            return Counter(f"grokgate_soak_{name}", tells, (*own, *labels), registry=registry)

        def gauge(name: str, tells: str) -> Gauge:
            return Gauge(f"grokgate_soak_{name}", tells, own, registry=registry)

        self._calls = counter("calls", "Calls by how they ended: kept, failed, hindered, cut off.", "outcome")
        self._requests = counter("requests", "Requests that left for an answer, retries too, by status; lost is none.", "status")
        self._conversions = counter("conversions", "Calls by whether the output limit left as the model takes it.", "result")
        self._tokens = counter("tokens", "Tokens by kind: prompt (cached ones too), cached, completion, reasoning.", "kind")
        self._served = counter("served", "Calls by who answered, and whether the rollout expects it.", "served", "expected")
        self._cost = counter("cost_dollars", "Dollars spent, as xAI states them or by the price list.")
        self._waits = counter("wait_seconds", "Seconds for which nothing was asked, since xAI was busy.")
        name, tells = "grokgate_soak_call_duration_seconds", "Time of a call that was answered, as the caller sees it."
        self._seconds = Histogram(name, tells, own, buckets=SECONDS, registry=registry)
        name, tells = "grokgate_soak_window_utilization_ratio", "Share of the model's context window that a call took."
        self._window = Histogram(name, tells, own, buckets=SHARES, registry=registry)
        self._limit = gauge("budget_dollars", "The most that the run may spend.")
        self._left = gauge("budget_left_dollars", "What is not spent of it.")
        self._planned = gauge("calls_planned", "The most calls that are asked.")
        self._workers = gauge("workers", "Workers that ask.")
        self._failing = gauge("error_rate_limit_ratio", "The error rate that the rollout allows.")
        Info("grokgate_soak_run", "What is run.", registry=registry).info(dict(about))
        for outcome in (*Outcome, CUT_OFF):
            self._calls.labels(**run, outcome=str(outcome).replace(" ", "_"))
        for result in ("converted", "unconverted"):
            self._conversions.labels(**run, result=result)

    def serve(self, address: str, port: int) -> tuple[str, int]:
        """Serve them at that address, at a free port for 0; where. Raises ``OSError``."""
        server, _ = start_http_server(port, addr=address, registry=self.registry)
        host, chosen = server.server_address[:2]
        return str(host), int(chosen)

    def plan(self, calls: int, dollars: float, limit: float) -> None:
        """What the run is asked for, and the error rate that is allowed."""
        self._planned.labels(**self._run).set(calls)
        self._limit.labels(**self._run).set(dollars)
        self._failing.labels(**self._run).set(limit)

    def state(self, *, workers: int, left: int) -> None:
        """Workers that ask, and the ticks that are left."""
        self._workers.labels(**self._run).set(workers)
        self._left.labels(**self._run).set(left / TICKS)

    def waits(self, seconds: float) -> None:
        self._waits.labels(**self._run).inc(seconds)

    def cut_off(self, ticks: int) -> None:
        """A call whose worker died, and what it was billed."""
        self._calls.labels(**self._run, outcome="cut_off").inc()
        self._cost.labels(**self._run).inc(ticks / TICKS)

    def see(self, call: Finished) -> None:
        """A call that ended."""
        run = self._run
        self._calls.labels(**run, outcome=call.outcome.value).inc()
        self._cost.labels(**run).inc(call.ticks / TICKS)
        for status in call.statuses:
            self._requests.labels(**run, status=status).inc()
        if call.converted is not None:
            self._conversions.labels(**run, result="converted" if call.converted else "unconverted").inc()
        for kind in ("prompt", "cached", "completion", "reasoning"):
            self._tokens.labels(**run, kind=kind).inc(getattr(call, kind))
        if call.served:
            expected = "true" if call.served in self._target.served else "false"
            self._served.labels(**run, served=call.served, expected=expected).inc()
        if call.outcome is Outcome.KEPT:
            self._seconds.labels(**run).observe(call.seconds)
        if taken := call.prompt + call.completion + call.reasoning:
            self._window.labels(**run).observe(taken / self._target.window)

    def text(self) -> str:
        """As Prometheus reads them."""
        return generate_latest(self.registry).decode()
