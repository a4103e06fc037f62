"""A real Chromium, led by chromedriver: what a person sees of a page, and what axe-core has to say of it.

One is started for all tests that need it. Nothing is fetched: browser and driver are those of the machine, and every name but
ours leads nowhere.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.metadata
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 100.0  # seconds a page may need on a machine that has other things to do
FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--force-color-profile=srgb", "--disable-features=SpareRendererForSitePerProcess,BackForwardCache",
)  # fmt: skip
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: arguments[0], resultTypes: ["violations"]}).then(found => done(found.violations.map(
  one => `${one.id} (${one.impact}): ${one.nodes.map(node => node.target + " " + node.failureSummary).join("; ")}`)));
"""
HOLD = """
const usual = window.setTimeout, long = %d;
window.setTimeout = (todo, time, ...more) => time === long ? (window.held = todo, 0) : usual(todo, time, ...more);
"""
SMALL = """
return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(one => {
  const box = one.getBoundingClientRect(), inline = getComputedStyle(one).display === "inline";
  const seen = box.width && box.height && box.right > 0 && box.bottom > 0 && !one.closest("[aria-hidden=true]");
  return seen && !inline && (box.width < 24 || box.height < 24);
}).map(one => one.outerHTML.slice(0, 120));
"""


def programs() -> tuple[str, str]:
    """Where Chromium and its driver are; without them the test is skipped, or fails when MAILGATE_TEST_SERVERS=require."""
    found = shutil.which("chromium"), shutil.which("chromedriver")
    if not all(found):
        lacking = "Chromium is not here: apt-get install --no-install-recommends chromium chromium-driver"
        if os.environ.get("MAILGATE_TEST_SERVERS") == "require":
            pytest.fail(lacking)
        pytest.skip(lacking)
    return str(found[0]), str(found[1])


def axe_script() -> str:
    """The text of axe.min.js, out of a package of the tests whose own code is never run."""
    package = importlib.metadata.distribution("axe-playwright-python")
    return Path(str(package.locate_file("axe_playwright_python/axe.min.js"))).read_text()


@dataclass
class Reader:
    """Somebody before a screen; `driver` is selenium's."""

    driver: Any

    def cdp(self, method: str, **given: Any) -> Any:
        """The answer to one command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(method, given)

    def sits(self, width: int = 1280, scheme: str = "light", language: str = "en", height: int = 900) -> None:
        """Their screen is so many CSS pixels wide and high, they like it `light` or `dark`, and read `language`."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.cdp(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": "reduce"},  # a colour on its way to another is neither
            ],
        )
        agent = self.driver.execute_script("return navigator.userAgent")
        self.cdp("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    @contextlib.contextmanager
    def without_scripts(self) -> Iterator[None]:
        """No script of a page runs within."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=True)
        try:
            yield
        finally:
            self.cdp("Emulation.setScriptExecutionDisabled", value=False)

    @contextlib.contextmanager
    def holding(self, milliseconds: int) -> Iterator[None]:
        """Of pages opened within, what is to be done after so long is kept in `window.held`, for a test to call."""
        made = self.cdp("Page.addScriptToEvaluateOnNewDocument", source=HOLD % milliseconds)
        try:
            yield
        finally:
            self.cdp("Page.removeScriptToEvaluateOnNewDocument", **made)

    def opens(self, address: str) -> None:
        """Go to a page."""
        self.driver.get(address)

    def has_cookie(self, base: str, name: str, value: str) -> None:
        """Somebody has been here before."""
        self.cdp("Network.setCookie", url=base, name=name, value=value)

    def sees(self, selector: str) -> Any:
        """The first element that fits, waited for."""
        return self.until(lambda: next(iter(self.all(selector)), None))

    def all(self, selector: str) -> list[Any]:
        """Every element that fits now."""
        return list(self.driver.find_elements("css selector", selector))

    def until(self, true: Callable[[], Any]) -> Any:
        """What `true` gives once it gives something; an element that goes away meanwhile is asked for anew."""
        from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
        from selenium.webdriver.support.wait import WebDriverWait

        waiting = WebDriverWait(self.driver, PATIENCE, 0.05, (StaleElementReferenceException,))
        try:
            return waiting.until(lambda _: true())
        except TimeoutException:
            raise AssertionError(f"it does not come; {self.driver.current_url} says: {self.words()}") from None

    def words(self) -> str:
        """All that can be read on the page."""
        return f"{self.driver.title}: {self.sees('body').text}"

    def chooses(self, selector: str, value: str) -> None:
        """Take one of a list."""
        from selenium.webdriver.support.select import Select

        Select(self.sees(selector)).select_by_value(value)

    def presses(self, element: Any) -> None:
        """Press a button or a link that leads to another page, and wait for that page."""
        page = self.driver.find_element("css selector", "html")
        element.click()
        self.until(lambda: page.id != self.driver.find_element("css selector", "html").id)

    def tabs(self, times: int) -> list[str]:
        """What has the focus after each press of the tabulator: its id, its name or its words."""
        from selenium.webdriver import ActionChains, Keys

        seen = []
        for _ in range(times):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()  # to a field of files it would be a path
            seen.append(str(self.driver.execute_script(
                "const on = document.activeElement; return on.id || on.name || on.textContent.trim() || on.tagName"
            )))  # fmt: skip
        return seen

    def complaints(self) -> list[str]:
        """What axe-core finds wrong with the page as it is now."""
        if not self.driver.execute_script("return 'axe' in window"):
            self.driver.execute_script(axe_script())
        return list(self.driver.execute_async_script(AXE, list(RULES)))

    def small_targets(self) -> list[str]:
        """What is to be hit and is less than 24 CSS pixels high or wide, save for links within a sentence (WCAG 2.5.8)."""
        return list(self.driver.execute_script(SMALL))

    def sideways(self) -> int:
        """CSS pixels by which the page is wider than the screen."""
        return int(self.driver.execute_script(
            "const page = document.scrollingElement; return page.scrollWidth - page.clientWidth"
        ))  # fmt: skip

    def console(self) -> list[str]:
        """What the browser complained of since it was asked last: scripts that fell, what a policy refused."""
        return [f"{one['level']} {one['message']}" for one in self.driver.get_log("browser")]

    def printed(self) -> int:
        """On how many sheets of A4 the page would be printed."""
        pdf = base64.b64decode(self.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
        return len(re.findall(rb"/Type /Page\b(?!s)", pdf))

    def forgets(self) -> None:
        """Nothing is left of the page and its cookies."""
        self.driver.get("about:blank")
        self.cdp("Network.clearBrowserCookies")
        self.console()


@contextlib.contextmanager
def reading() -> Iterator[Reader]:
    """A Chromium with an empty profile, ended with the block."""
    browser, leader = programs()
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(prefix="mailgate-browser-", ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = browser
        for one in (*FLAGS, *(("--no-sandbox",) if os.geteuid() == 0 else ()), f"--user-data-dir={profile}"):
            options.add_argument(one)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(leader))  # both named: selenium looks for none
        try:
            driver.set_page_load_timeout(PATIENCE)
            driver.set_script_timeout(PATIENCE)
            yield Reader(driver)
        finally:
            driver.quit()
