"""`python -m tests.benchmarks`: all figures, each as a ratio to its peer."""

from tests.benchmarks import api, imports, scaling, throughput
from tests.benchmarks.enrichment import bench_markets
from tests.benchmarks.matching import bench_matching
from tests.benchmarks.records import bench_accuracy, bench_records

if __name__ == "__main__":
    bench_records.main()
    bench_accuracy.main()
    bench_matching.main()
    bench_markets.main()
    api.main()
    imports.main()
    throughput.main()
    scaling.main()
