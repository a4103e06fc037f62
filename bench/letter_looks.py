"""What is wrong with a letter as it is shown: what is wider than the screen or cut off, and what nobody can read."""

from __future__ import annotations

from collections.abc import Iterator

from browser import Browser
from letter_checks import Sample

from mailgate.wire.letters import render, samples

WIDTHS = (360, 390, 1000)  # a small phone, a phone, a window
SCHEMES = ("light", "dark")
CONTRAST = 4.5  # WCAG 2.2, 1.4.3

# Text that goes beyond its box, boxes beyond the screen, text cut off, and text too near to what lies behind it. A
# colour is that of the nearest box behind the text which has one; the canvas is the scheme's.
JUDGE = """(() => {
  const [width, contrast, dark] = [%d, %f, %s], found = [];
  if (matchMedia('(prefers-color-scheme: dark)').matches !== dark) found.push('the colour scheme is not taken');
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = parts(colour).map(one => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor, [, , , alpha = 1] = parts(colour);
      if (alpha === 1) return colour;
    }
    return dark ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)';
  };
  const name = (node, own) => `<${[node.localName, ...node.classList].join('.')}> ${own.slice(0, 40)}`;
  const least = node => {
    const before = node.style.cssText;
    node.style.cssText += '; width: min-content !important; display: inline-block !important';
    const needs = node.getBoundingClientRect().width;
    node.style.cssText = before;
    return needs;
  };
  const words = [...document.body.querySelectorAll('*')].map(node =>
    [node, [...node.childNodes].filter(one => one.nodeType === 3).map(one => one.data.trim()).join(' ').trim()]);
  const wide = document.scrollingElement.scrollWidth;
  if (wide > width) {
    const [most, node, own] = words.filter(([, own]) => own).map(([node, own]) => [least(node), node, own])
      .reduce((one, other) => other[0] > one[0] ? other : one);
    return [...found, `${wide} px wide; the longest word, of ${Math.round(most)}: ${name(node, own)}`];
  }
  for (const [node, own] of words) {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    if (!box.width || style.visibility === 'hidden' || style.opacity === '0') continue;
    const ends = Math.round(box.right);
    if (own && (ends > width || box.left < -1)) found.push(`${name(node, own)} ends at ${ends} px`);
    if (style.display !== 'inline' && node.clientWidth && node.scrollWidth > node.clientWidth + 1)
      found.push(`${name(node, own)} has ${node.scrollWidth} px of words in ${node.clientWidth}`);
    if (!own) continue;
    const [above, below] = [light(style.color), light(behind(node))].sort((a, b) => b - a);
    const ratio = (above + 0.05) / (below + 0.05);
    if (ratio < contrast) found.push(`${name(node, own)} has a contrast of ${ratio.toFixed(1)}`);
  }
  return found;
})()"""


def html(sample: Sample) -> str:
    """The page of a letter."""
    return render.page(sample.letter, samples.NOW).html


def judged(browser: Browser, page: str, width: int, scheme: str) -> list[str]:
    """Show a page, and say what is wrong with how it looks there."""
    browser.look(width, scheme)
    browser.show(page)
    wrong: list[str] = browser.run(JUDGE % (width, CONTRAST, "true" if scheme == "dark" else "false"))
    return wrong


def complaints(browser: Browser, sample: Sample) -> Iterator[str]:
    """What is wrong with one letter at any width by day or by night, a line each."""
    page = html(sample)
    for scheme in SCHEMES:
        for width in WIDTHS:
            for wrong in judged(browser, page, width, scheme):
                yield f"{sample.name} at {width} px, {scheme}: {wrong}"


# What the judge must find, or it has looked at nothing: part of its sentence -> a page.
_FAULTS = {
    "px wide; the longest word": f"<p>{'wide' * 60}",
    "ends at": '<div style="width: 90%; overflow: hidden"><p style="position: relative; left: 80%">beyond</p></div>',
    "px of words in": f'<div style="width: 200px; overflow: hidden">{"cut" * 60}</div>',
    "has a contrast of": '<p style="color: #888888; background: #777777">grey</p>',
    "has a contrast of 1.0": '<p style="color: #121212">black at night</p>',
}


def blind(browser: Browser) -> list[str]:
    """The kinds of fault that the judge does not see in this browser."""
    width = WIDTHS[0]
    page = '<!DOCTYPE html><meta name="color-scheme" content="light dark">'
    return [
        f"this browser does not show what {wanted!r} is said of"
        for wanted, fault in _FAULTS.items()
        if not any(wanted in wrong for wrong in judged(browser, page + fault, width, "dark"))
    ]
