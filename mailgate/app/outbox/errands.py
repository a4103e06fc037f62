"""Threads for work that may hang: unlike those of the standard pool they never keep the process from ending."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Errands:
    """At most `most` threads, made when needed and kept. The standard pool joins its own at exit, hung or not."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._guard = threading.Lock()
        self._threads = 0

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have `work` done as soon as a thread is free; the future has its result, or what it raised."""
        future: Future[T] = Future()
        self._queue.put((future, work))
        with self._guard:
            if not self._idle.acquire(blocking=False) and self._threads < self._most:
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._run, name=name, daemon=True).start()
        return future

    def close(self) -> None:
        """Let the threads go when their work is done; waits for nobody."""
        with self._guard:
            for _ in range(self._threads):
                self._queue.put(None)
            self._threads = 0

    def _run(self) -> None:
        while (errand := self._queue.get()) is not None:
            future, work = errand
            if future.set_running_or_notify_cancel():
                try:
                    result = work()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
            del future, work, errand
            self._idle.release()
