"""A headless Chromium that opens pages of this machine and tells what it saw.

It is spoken to through two pipes in its DevTools protocol, so that nothing has to be installed
beside it. It can reach no network: a proxy that is not there stands between.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from active_clients.project import ProjectError

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Nothing listens on the port of `discard`.
NO_NETWORK = "--proxy-server=127.0.0.1:9"
SECONDS = 60


def find_browser() -> str | None:
    """The path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Seen:
    """What a page did while it was opened."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Browser:
    """A browser with one tab."""

    def __init__(self, send: int, receive: int, expected: str) -> None:
        self._send, self._receive = send, receive
        self._expected = expected
        self._rest = b""
        self._number = 0
        self._session = ""
        self.seen = Seen()
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, page: Path, width: int = 1280, height: int = 900, scheme: str = "light") -> Seen:
        """Open a page and wait until its charts are drawn."""
        ready = "document.documentElement?.dataset.drawn"
        self.visit(page.resolve().as_uri(), ready, width, height, scheme)
        # Plotly measures labels and draws again.
        self.evaluate("new Promise(r => requestAnimationFrame(() => setTimeout(r, 150)))")
        return self.seen

    def visit(
        self, url: str, ready: str, width: int = 1280, height: int = 900, scheme: str = "light"
    ) -> None:
        """Go to an address and wait until a script there says that it is ready."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", media="screen", features=features)
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self.seen = Seen()
        self._call("Page.navigate", url=url)
        self.wait(ready)

    def wait(self, ready: str) -> None:
        """Wait until a script says that the page is ready, or something is wrong with it."""
        until = time.monotonic() + SECONDS
        while not self.evaluate(f"Boolean({ready})"):
            if self.seen.errors or time.monotonic() > until:
                break
            time.sleep(0.05)

    def evaluate(self, script: str) -> Any:
        """The value of a script in the page, which may be one to come."""
        found = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            self.seen.errors.append(json.dumps(found["exceptionDetails"]))
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, such as Tab."""
        for kind in ("rawKeyDown", "keyUp"):
            self._call(
                "Input.dispatchKeyEvent", type=kind, key=key,
                windowsVirtualKeyCode={"Tab": 9, "Escape": 27, "Enter": 13}[key],
            )  # fmt: skip

    def screenshot(self, path: Path, height: int | None = None) -> None:
        """The page as a picture: all of it, or as much as a window of a height shows."""
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {
            "x": 0, "y": 0, "width": size["width"], "height": height or size["height"], "scale": 1,
        }  # fmt: skip
        found = self._call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise ProjectError(f"the browser refuses {method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            got = os.read(self._receive, 1 << 20)
            if not got:
                raise ProjectError("the browser has ended")
            self._rest += got
        text, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        method, found = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.seen.requests.append(found["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.seen.errors.append(json.dumps(found["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and found["type"] in ("error", "warning"):
            self.seen.errors.append(json.dumps(found["args"]))
        elif method == "Log.entryAdded" and found["entry"]["level"] in ("error", "warning"):
            text = found["entry"]["text"]
            if not self._expected or self._expected not in text:
                self.seen.errors.append(text)


@contextmanager
def browser(server: str = "", expected: str = "") -> Iterator[Browser]:
    """Start a browser, and end it.

    It can reach one server at most, given as host:port; errors with a text that is expected are
    none.
    """
    program = find_browser()
    if program is None:
        raise ProjectError("no Chromium is installed; apt-get install chromium is one way")
    its_input, send = os.pipe()
    receive, its_output = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
            NO_NETWORK, f"--proxy-bypass-list=<-loopback>;{server}",
            "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank",
        ]  # fmt: skip
        # The pipes are its descriptors 3 and 4.
        process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$@" 3<&{its_input} 4>&{its_output}', "bash", *command],
            pass_fds=(its_input, its_output),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        os.close(its_input)
        os.close(its_output)
        try:
            yield Browser(send, receive, expected)
        finally:
            os.close(send)
            os.close(receive)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
