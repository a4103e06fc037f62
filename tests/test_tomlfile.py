"""On which line a key of a TOML file stands."""

import tomllib

import pytest

from mailgate import tomlfile

TEXT = '''\
top = 1
"quoted key" = """
[not.a.table]
x = 1
"""
[table]   # [comment]
list = [
  "a", # ]
  [1, 2],
]
after = 'literal = [ {'
dotted.key."with space" = 2

[[array]]
name = "first"
[[array]]
name = "second"
inline = { a = 1, b = [
  1,
] }
[array.sub]
deep = 1
[[array.nested]]
x = 1
[[array.nested]]
x = 2
[[array]]
[[array.nested]]
x = 3
multi = \'\'\'
y = 1\'\'\'
last = true
'''


@pytest.mark.parametrize(
    "loc, line",
    [
        (("top",), 1),
        (("quoted key",), 2),
        (("table",), 6),
        (("table", "list"), 7),
        (("table", "list", 1), 7),
        (("table", "after"), 11),
        (("table", "dotted"), 12),
        (("table", "dotted", "key", "with space"), 12),
        (("array", 0, "name"), 15),
        (("array", 1), 16),
        (("array", 1, "name"), 17),
        (("array", 1, "inline", "b"), 18),
        (("array", 1, "sub", "deep"), 22),
        (("array", 1, "nested", 0, "x"), 24),
        (("array", 1, "nested", 1, "x"), 26),
        (("array", 2, "nested", 0, "x"), 29),
        (("array", 2, "nested", 0, "multi"), 30),
        (("array", 2, "nested", 0, "last"), 32),
        (("array", 2, "name"), 27),
        (("table", "nothing"), 6),
        (("nothing",), None),
    ],
)
def test_a_key_has_its_line_and_a_missing_one_that_of_its_table(loc: tomlfile.Loc, line: int | None, tmp_path) -> None:
    tomllib.loads(TEXT)
    path = tmp_path / "x.toml"
    path.write_text(TEXT)
    assert tomlfile.read(path).line(loc) == line


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_of_windows_and_a_byte_order_mark_are_welcome(tmp_path, newline: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + f"a = 1{newline}b = 2{newline}".encode())
    document = tomlfile.read(path)
    assert document.data == {"a": 1, "b": 2} and document.line(("b",)) == 2


@pytest.mark.parametrize(
    "word, names, hint",
    [
        ("suport", ["support", "sales"], " (did you mean 'support'?)"),
        ("SUPPORT", ["support"], " (did you mean 'support'?)"),
        ("Anna", ["ANNA"], " (did you mean 'ANNA'?)"),
        ("xyz", ["support"], ""),
        ("x", [], ""),
    ],
)
def test_the_nearest_name_is_offered(word: str, names: list[str], hint: str) -> None:
    assert tomlfile.nearest(word, names) == hint
