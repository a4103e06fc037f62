"""A worker tells of a test that went well once: five messages more for each took as long as a thousand tests a second."""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol


def pytest_configure(config: pytest.Config) -> None:
    asked = config.option
    if hasattr(config, "workerinput") and asked.verbose <= 0 and asked.durations is None:
        config.pluginmanager.register(FewWords())


class FewWords:
    """In a worker, where nobody wants to hear when each test began or how long its fixtures took."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            if report.when == "call" or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True
