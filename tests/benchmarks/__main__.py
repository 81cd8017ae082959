"""`python -m tests.benchmarks [name…]`: all figures, or those of some, each as a ratio to its peer."""

import sys

from tests.benchmarks import api, events, imports, scaling, throughput
from tests.benchmarks.enrichment import bench_markets
from tests.benchmarks.matching import bench_matching
from tests.benchmarks.records import bench_accuracy, bench_records

ALL = {
    "records": bench_records, "accuracy": bench_accuracy, "matching": bench_matching,
    "markets": bench_markets, "api": api, "imports": imports, "events": events, "throughput": throughput,
    "scaling": scaling,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name].main()
