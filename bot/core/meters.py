"""What a process counts while it runs, for whoever watches it (Prometheus)."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """Counters that only grow, of this process; and gauges of what all share, set when read."""

    def __init__(self) -> None:
        """Begin at nothing, in a list of their own."""
        listed = self.registry = CollectorRegistry()
        ProcessCollector(registry=listed)
        PlatformCollector(registry=listed)
        self.sends = Counter(
            "kuffert_sends", "Deliveries handed to the network.", ["outcome"], registry=listed
        )
        self.updates = Counter(
            "kuffert_updates", "Updates handled: taps, messages.", ["kind"], registry=listed
        )
        self.dropped = Counter(
            "kuffert_updates_dropped", "Updates of chats that flood us.", registry=listed
        )
        self.handler_seconds = Histogram(
            "kuffert_handler_seconds",
            "From taking up an update to its last reply.",
            buckets=SECONDS,
            registry=listed,
        )
        self.webhook = Counter(
            "kuffert_webhook_requests", "What was brought.", ["status"], registry=listed
        )
        self.due = Gauge("kuffert_queue_due", "Deliveries due, not claimed.", registry=listed)
        self.due_age = Gauge(
            "kuffert_queue_age_seconds", "For how long the oldest is due.", registry=listed
        )
        self.waiting = Gauge("kuffert_updates_waiting", "Updates not done.", registry=listed)
        self.waiting_age = Gauge(
            "kuffert_updates_age_seconds", "For how long the oldest waits.", registry=listed
        )
        self.given_up = Gauge(
            "kuffert_updates_given_up", "Updates that could not be handled.", registry=listed
        )
        self.questions = Gauge("kuffert_questions_open", "Questions of parents.", registry=listed)
        self.stopped = Gauge("kuffert_sending_stopped", "1 when staff stopped it.", registry=listed)
        self.refused = Gauge(
            "kuffert_content_refused", "Places whose content is refused.", registry=listed
        )
        self.processes = Gauge(
            "kuffert_processes", "Processes heard of lately.", ["role"], registry=listed
        )
        self.content = Info("kuffert_content", "The content that runs.", registry=listed)
