"""What the frameworks have in common as contestants of the training benchmark.

    FRAMEWORK_worker.py FORM THREADS STEPS
"""
import json
import resource
import sys
import time

FORM, THREADS, STEPS, BATCH = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), 64
RATE, EPSILON = 0.001, 1e-7


def compete(block):
    """Runs `block`, which makes STEPS steps, for each line of the standard input."""
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        block()
        print(json.dumps({
            "seconds": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
            "images": STEPS * BATCH,
            "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }), flush=True)
