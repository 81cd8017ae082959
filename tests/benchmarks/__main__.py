"""`python -m tests.benchmarks`: all figures, each beside its peer; `… prediction [FILE]` those alone."""

import sys

from tests.benchmarks import api, imports, prediction, scaling, throughput
from tests.benchmarks.enrichment import bench_markets
from tests.benchmarks.matching import bench_matching
from tests.benchmarks.records import bench_accuracy, bench_records

if __name__ == "__main__":
    if sys.argv[1:2] == ["prediction"]:
        prediction.main(*sys.argv[2:3])
        sys.exit()
    bench_records.main()
    bench_accuracy.main()
    bench_matching.main()
    bench_markets.main()
    prediction.main()
    api.main()
    imports.main()
    throughput.main()
    scaling.main()
