"""`python -m tests.benchmarks [NAME …]`: all figures, or those named, each beside its peer.

`python -m tests.benchmarks prediction FILE` measures predictions with that table.
"""

import sys

from tests.benchmarks import (
    api,
    days,
    events,
    imports,
    lists,
    metrics,
    partitions,
    prediction,
    rescoring,
    restoring,
    scaling,
    stalls,
    telling,
    throughput,
    tracing,
)
from tests.benchmarks.enrichment import bench_markets
from tests.benchmarks.matching import bench_matching
from tests.benchmarks.records import bench_accuracy, bench_records
from tests.benchmarks.robots import bench_robots
from tests.benchmarks.scoring import bench_scoring

BENCHMARKS = {
    "records": bench_records.main, "accuracy": bench_accuracy.main, "matching": bench_matching.main,
    "markets": bench_markets.main, "scoring": bench_scoring.main, "robots": bench_robots.main,
    "prediction": prediction.main, "api": api.main, "events": events.main,
    "imports": imports.main, "lists": lists.main, "metrics": metrics.main, "stalls": stalls.main,
    "rescoring": rescoring.main, "restoring": restoring.main, "telling": telling.main,
    "throughput": throughput.main, "scaling": scaling.main, "days": days.main,
    "partitions": partitions.main, "tracing": tracing.main,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["prediction"] and sys.argv[2:]:
        prediction.main(sys.argv[2])
    else:
        for name in sys.argv[1:] or BENCHMARKS:
            BENCHMARKS[name]()
