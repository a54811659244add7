"""Runs threads simultaneously in tests."""

import threading


def together(*workers):
    """Run every worker in a thread, all from one start; raise an exception that one of them raised."""
    start = threading.Barrier(len(workers))
    errors = []

    def run(worker):
        start.wait()
        try:
            worker()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
