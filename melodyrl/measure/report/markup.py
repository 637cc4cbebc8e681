"""Markup as text: one function that writes an element, everything in it escaped."""

from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: object) -> Markup:
    """An element. A trailing _ of an attribute is dropped and others become -: class_, data_x.

    Children that are no `Markup` are escaped; an attribute of None is left out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_written(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(each if isinstance(each, Markup) else escape(each) for each in children)
    return Markup(f"<{name}{given}>{inside}</{name}>")


def together(*parts: str) -> Markup:
    """Markup and text one after the other."""
    return Markup("".join(each if isinstance(each, Markup) else escape(each) for each in parts))


def _written(value: object) -> str:
    """Numbers to a tenth: pixels need no more."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
