"""A Chromium for the tests of the page, and a page opened before a small daemon."""

import shutil
from urllib.parse import urlsplit

import pytest

from melodyrl.web.lan import Lan, lan_address, new_token
from tests.web.driving import WAIT_S, wait_until
from tests.web.stand_in import StandIn


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=1000 * WAIT_S)
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def daemon():
    stand_in = StandIn()
    stand_in.start()
    yield stand_in
    stand_in.stop()


@pytest.fixture(scope="module")
def shared():
    """A daemon whose page the network may reach, at this machine's own address there."""
    address = lan_address()
    if address is None:
        pytest.skip("needs a network: this machine has no address in one")
    stand_in = StandIn(lan=Lan(address, new_token()))
    stand_in.start()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def visit(browser, daemon):
    """Opens the page; at the end no error was logged and nothing was asked of anyone else."""
    complaints, asked, contexts = [], [], []

    def open_page(width=1280, height=760, prepare=None, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        if prepare:
            page.add_init_script(prepare)
        page.goto(daemon.stage.url)
        page.wait_for_selector("#connection[data-state=open]")
        wait_until(page, "melodyrl.state !== null")
        return page

    open_page.complaints = complaints
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert {urlsplit(url).netloc for url in asked} <= {urlsplit(daemon.stage.url).netloc, ""}
