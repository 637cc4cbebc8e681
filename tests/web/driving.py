"""How tests look at the page and touch it."""

import time

WAIT_S = 20.0
"""For what takes a moment on an idle machine, and some seconds on a busy one."""


def wait_until(page, expression, argument=None, timeout_s=WAIT_S):
    """Wait until a JavaScript expression holds.

    Not Playwright's wait_for_function: it evaluates inside the page, which our CSP forbids.
    """
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(expression, argument):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(10)


def voices(page):
    return set(page.evaluate("melodyrl.voices"))


def wait_for_voices(page, expected):
    deadline = time.monotonic() + WAIT_S
    while voices(page) != expected:
        assert time.monotonic() < deadline, (voices(page), expected)
        page.wait_for_timeout(10)


def key(pitch):
    return f'#piano [data-pitch="{pitch}"]'


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9
