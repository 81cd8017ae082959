"""gunicorn: sync workers (they beat threads for this mix of CPU and database)."""

import gc
import os
import shutil
from itertools import count
from pathlib import Path

from gunicorn.glogging import Logger

from sidecar.logs import JsonFormatter

bind = os.environ.get("SIDECAR_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("SIDECAR_WORKERS", "5"))
worker_class = "sync"
timeout = 60
graceful_timeout = 30
max_requests = 50_000
max_requests_jitter = 5_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
forwarded_allow_ips = os.environ.get("SIDECAR_TRUSTED_PROXIES", "127.0.0.1")
control_socket_disable = True
accesslog = None  # the application logs each request itself, as JSON


class logger_class(Logger):
    """What gunicorn itself tells, of workers and of requests that it cannot read, as JSON too."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())


# Where the workers count together; other processes of the sidecar count for themselves.
metrics_dir = os.environ.get("SIDECAR_METRICS_DIR")
if metrics_dir:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics_dir


counting_as = {"name": "master"}  # this process, where the workers count together


def on_starting(server):
    """Before it listens: metrics of an earlier run must not be counted again, and no worker is to import or
    load anything more while whoever found it waits."""
    if metrics_dir:
        shutil.rmtree(metrics_dir, ignore_errors=True)
        Path(metrics_dir).mkdir(parents=True, exist_ok=True)
        from prometheus_client import values

        values.ValueClass = values.MultiProcessValue(lambda: counting_as["name"])
    if not server.cfg.reload:
        import requests  # noqa: F401 (else at first use)

        import sidecar.app  # noqa: F401
        from sidecar.channels.rendering import email
        from sidecar.records import read_lead

        # With the page of mails, and the lists by which leads are read: else each worker makes them with its
        # first mail and lead, and keeps them for itself.
        email.page()
        read_lead({"email": "pat@example.com", "full_name": "Pat Quill", "job_title": "CTO",
                   "phone": "+1 415 555 0132", "company_name": "Example Inc.", "country": "US",
                   "city": "Boston", "industry": "Software"})
        gc.freeze()  # whoever looks through it for garbage would write to memory that the workers share


def pre_fork(server, worker):
    """A worker takes a place that no other one has."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = next(place for place in count() if place not in taken)


def post_fork(server, worker):
    """A worker counts on where the last one in its place ended: there are as many files of metrics as places,
    however many workers come and go in a year."""
    counting_as["name"] = f"worker{worker.place}"


def post_worker_init(worker):
    """Whoever serves also watches whether anybody works, and sends what subscribers are owed."""
    from sidecar.metrics import WORKERS
    from sidecar.pipeline import deliveries, stalling

    gc.freeze()  # what the application is made of stays: nobody need look through it for garbage
    gc.set_threshold(20_000)  # leads are trees, of which nothing is left: looking took 5 % of the time
    engine = worker.wsgi.extensions["engine"]
    stalling.watch(engine)
    WORKERS.inc()
    worker.end_deliveries = deliveries.watch(engine)


def worker_exit(server, worker):
    """Nothing is sent any more when the process waits for its threads; one that never served sent nothing."""
    from sidecar import tracing

    getattr(worker, "end_deliveries", lambda: None)()
    tracing.stop()


def child_exit(server, worker):
    """A worker that ended no longer counts in the live gauges."""
    if metrics_dir:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(f"worker{worker.place}")
