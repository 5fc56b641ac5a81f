"""The dashboard's chart as a browser draws it, and as the server does for who has no scripts."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from leasehold.staff.roles import Role
from tests.browser.demonstration import Demonstration
from tests.browser.serving import enter

_COLOURS = "place => ['line', 'grid', 'text'].map(one => getComputedStyle(place).getPropertyValue(`--chart-${one}`))"
# Of the pixels that are drawn, the lightest: in the dark theme the axes' text.
_LIGHTEST = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let lightest = 0;
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 200) lightest = Math.max(lightest, Math.min(data[at], data[at + 1], data[at + 2]));
  return lightest;
}"""


@pytest.mark.parametrize("span", ["day", "month"])
def test_the_chart_is_drawn_in_the_colours_of_the_theme(
    demonstration: tuple[Flask, str, Demonstration], browser: Browser, span: str
) -> None:
    context = enter(browser, demonstration[1], Role.AUDITOR, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{demonstration[1]}/dashboard?span={span}")
    place = page.locator(".activity-chart")
    expect(place.locator("canvas")).to_be_visible()
    assert not [colour for colour in place.evaluate(_COLOURS) if "light-dark" in colour or "var(" in colour]
    assert place.locator("canvas").evaluate(_LIGHTEST) > 150
    context.close()


def test_without_scripts_the_server_s_drawing_has_its_hole(
    demonstration: tuple[Flask, str, Demonstration], browser: Browser
) -> None:
    context = enter(browser, demonstration[1], Role.AUDITOR, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demonstration[1]}/dashboard")
    expect(page.locator(".activity-chart svg polyline")).to_have_count(2)
    assert page.locator("table", has_text="No seat free").locator("tbody tr").count() == 4
    context.close()
