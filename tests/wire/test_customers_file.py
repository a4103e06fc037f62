"""A table of customers in every form that spreadsheets and CRMs write it, and each broken one beside its sentence."""

from __future__ import annotations

import pytest

from mailgate.core.customers.customer import Customer
from mailgate.errors import ConfigError
from mailgate.wire.customers import rows, writing
from mailgate.wire.customers.columns import NAMES, columns
from mailgate.wire.customers.rows import CustomersFile

AGENTS = ("anna", "bo")
HEAD = "address;name;company;number;phone;language;tier;agent;links;contract\n"
ROW = (
    "maija@shop.example @branch.example;Maija Meikäläinen;Shop Oy;K-17;+358 40 123 4567;fi;gold;anna;"
    "CRM=https://crm.example/17 Past orders=https://shop.example/o?c=17;until 2027\n"
)
MAIJA = Customer(
    keys=("maija@shop.example", "@branch.example"), name="Maija Meikäläinen", company="Shop Oy", number="K-17",
    phones=("+358 40 123 4567",), language="fi", tier="gold", agent="anna",
    links={"CRM": "https://crm.example/17", "Past orders": "https://shop.example/o?c=17"},
    fields={"contract": "until 2027"},
)  # fmt: skip


def read(text: str | bytes) -> CustomersFile:
    return rows.from_csv(text if isinstance(text, bytes) else text.encode(), "customers.csv", AGENTS)


def customers(text: str | bytes) -> list[Customer]:
    file = read(text)
    assert file.problems == []
    return [row.customer for row in file.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_table_is_read_in_the_forms_that_spreadsheets_write(encoding: str, newline: str) -> None:
    text = (HEAD + ROW).replace("\n", newline)
    assert customers(text.encode(encoding)) == [MAIJA]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1250", "Święto Łódź, Żółć Gdańsk"), ("cp1257", "Jānis Bērziņš, Ķēniņa Līga"), ("cp1252", "Åsa Öström, Größe")],
)
def test_a_windows_code_page_is_known_by_its_letters(encoding: str, name: str) -> None:
    assert customers(f'address;name\na@b.example;"{name}"\n'.encode(encoding))[0].name == name


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_what_parts_the_cells(delimiter: str) -> None:
    assert customers((HEAD + ROW).replace(";", delimiter)) == [MAIJA]


def test_excel_may_say_itself_what_parts_the_cells_and_lines_are_counted_right() -> None:
    file = read("sep=|\naddress|name\na@b.example|A, B\nnonsense|C\n")
    assert [row.customer.name for row in file.rows] == ["A, B"]
    assert file.problems[0].line == 4


def test_a_quoted_cell_may_hold_newlines_and_separators_and_lines_are_counted_right() -> None:
    file = read('address,name,notes\na@b.example,"A, ""B""","one\ntwo\n\nthree"\n\nwrong,C,\n')
    [row] = file.rows
    assert (row.line, row.customer.name, row.customer.fields) == (2, 'A, "B"', {"notes": "one two three"})
    assert [problem.line for problem in file.problems] == [7, 7]


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Sähköposti,Nimi,Yritys,Asiakasnumero,Puhelin,Kieli,Taso,Vastuuhenkilö",
         "address,name,company,number,phone,language,tier,agent"),
        ("E-Mail-Adresse,Vorname,Nachname,Firma,Kundennummer,Telefon,Sprache,Stufe,Betreuer",
         "address,first name,last name,company,number,phone,language,tier,agent"),
        ("Adres e-mail,Imię i nazwisko,Nazwa firmy,Numer klienta,Telefon,Język,Poziom,Opiekun",
         "address,name,company,number,phone,language,tier,agent"),
        ("E-pasts,Vārds,Uzvārds,Uzņēmums,Klienta numurs,Tālrunis,Valoda,Līmenis",
         "address,first name,last name,company,number,phone,language,tier"),
        ("E-postadress,Namn,Företag,Kundnummer,Telefonnummer,Språk,Nivå,Ansvarig",
         "address,name,company,number,phone,language,tier,agent"),
        ("E-posti aadress,Nimi,Ettevõte,Kliendinumber,Telefon,Keel,Tase,Vastutaja",
         "address,name,company,number,phone,language,tier,agent"),
        ("First_Name,LAST NAME,Account Name,E-mail Address,Address,Mobile Phone,Phone,Contract",
         "first name,last name,company,address,Address,phone,phone,Contract"),
        ("address,@domain,links,,Plan", "address,@domain,links,,tier"),
    ],
)  # fmt: skip
def test_columns_are_known_in_seven_languages_and_as_crms_export_them(header: str, meant: str) -> None:
    assert columns(header.split(",")) == meant.split(",")


def test_no_name_of_a_column_means_two() -> None:
    named = [name.strip() for names in NAMES.values() for name in names.split(",")]
    assert sorted({name for name in named if named.count(name) > 1}) == []


def test_first_and_last_name_make_one() -> None:
    assert customers("email,first name,last name\na@b.example,Anna,Bo\n")[0].name == "Anna Bo"


def test_a_cell_that_a_spreadsheet_marked_is_meant_without_the_mark() -> None:
    [row] = customers("address,phone\n'@shop.example,'+358 40 123 4567\n")
    assert (row.keys, row.phones) == (("@shop.example",), ("+358 40 123 4567",))


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (";Nobody;;;;;;;;", "", "has no address, @domain, number or telephone: this row is left out"),
        ("not-an-address;;;;;;;;;", "address", '"not-an-address" is no address'),
        ("a@b.example b@;;;;;;;;;", "address", '"b@" is no address'),
        ("@gmail.com;;Gmail;;;;;;;", "address", "@gmail.com is everybody's"),
        ("@com;;;;;;;;;", "address", "@com is everybody's"),
        ("x@y.example;;;;;;;nobody;;", "agent", 'there is no agent "nobody"'),
        ("x@y.example;;;;;klingon;;;;", "language", 'found "klingon"; a language is a code like "fi"'),
        ("x@y.example;;;;112;;;;;", "phone", '"112" is no telephone number of seven digits or more'),
        ("x@y.example;;;;;;;;CRM=http://crm.example/1;", "links", '"http://crm.example/1" is no address that begins'),
        ("x@y.example;;;;;;;;CRM=javascript:alert(1);", "links", '"javascript:alert(1)" is no address that begins'),
        ('x@y.example;;;;;;;;"CRM=https://a""onclick=";', "links", "is no address that begins with https://"),
        ("x@y.example;;;;;;;;CRM;", "links", '"CRM" is not written as label=https://'),
        ("MAIJA@shop.example;;;;;;;;;", "address", "maija@shop.example stands on line 2 already"),
        (f"a@b.example;{'N' * 201};;;;;;;;", "name", "is cut after 200"),
        (f"a@b.example;;;;;;;;;{'c' * 1001}", "contract", "is cut after 1000"),
        (f"{' '.join(f'a{n}@b.example' for n in range(51))};;;;;;;;;", "address", "more than 50"),
        ("a@b.example;;;;3,58401E+11;;;;;", "phone", '"3,58401E+11" was rounded'),
        ("a@b.example;;;;3.58401E+11;;;;;", "phone", '"3.58401E+11" was rounded'),
        ("a@b.example;;;;;;;;;;;too many", "", "has more cells than the header has columns"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_line_and_the_good_rows_stand(line: str, column: str, words: str) -> None:
    file = read(f"{HEAD}{ROW}{line}\nlast@y.example;;;;;;;;;\n")
    assert file.rows[0].customer == MAIJA
    assert file.rows[-1].customer.keys == ("last@y.example",)
    problem = file.problems[0]
    assert (problem.line, problem.key, problem.warning) == (3, column, True)
    assert words in problem.text


def test_a_wrong_cell_is_left_empty_and_the_rest_of_its_row_stands() -> None:
    file = read("address,agent,language,links,tier\na@b.example,nobody,klingon,x=http://y,gold\n")
    assert file.rows[0].customer == Customer(("a@b.example",), tier="gold")


def test_a_hundred_thousand_problems_are_one() -> None:
    file = read("address\n" + "wrong\n" * 500)
    assert len(file.problems) == rows.MOST_NAMED + 1
    assert file.problems[-1].text == "and 800 more problems"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"PK\x03\x04rest of a workbook", "is a workbook, not a text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a workbook, not a text"),
        (b"\x00\x01\x02binary\x00\xff", "is no text"),
        (b"\xef\xbb\xbfaddress\n\xff\xfe\n", "is not UTF-8 here, as it says at its beginning"),
        (b",,,\n\n,\n", "has no header line"),
        (b"name,company\nA,B\n", "has no column `address`, `@domain`, `number` or `phone`; there are: name, company"),
        (b'address,name\na@b.example,"A\nx@y.example,B\n', "a quoted cell that begins here or below has no end"),
        (b"a@b.example\n", "has no column"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(octets: bytes, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(octets)
    assert words in str(refused.value)


def test_toml_says_the_same() -> None:
    data = {
        "customer": [
            {"address": list(MAIJA.keys), "Nimi": MAIJA.name, "company": "Shop Oy", "number": "K-17", "tier": "gold",
             "phone": ["+358 40 123 4567"], "language": "fi", "agent": "anna", "links": dict(MAIJA.links),
             "contract": "until 2027"},
            {"name": "Nobody"},
        ]
    }  # fmt: skip
    file = rows.from_tables(data, lambda at: 10 * at + 1, "customers.toml", AGENTS)
    assert [row.customer for row in file.rows] == [MAIJA]
    assert [(one.line, one.text[:14]) for one in file.problems] == [(11, "has no address")]


@pytest.mark.parametrize("data", [{}, {"customer": 1}, {"customer": ["a"]}, {"customers": []}])
def test_toml_without_customers_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="has no"):
        rows.from_tables(data, lambda at: None, "customers.toml", AGENTS)


def test_c11_what_is_exported_is_read_again_and_calculated_by_no_spreadsheet() -> None:
    evil = Customer(
        ("@shop.example",), name="=HYPERLINK(1)", phones=("+358401234567",), fields={"=1+1": "@sum", "n": "-5"}
    )
    text = writing.to_csv([MAIJA, evil])
    cells = [cell for line in text.decode("utf-8-sig").splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    [first, second] = customers(text)
    assert first == MAIJA
    assert (second.keys, second.name, second.phones) == (evil.keys, evil.name, evil.phones)
    assert set(second.fields.values()) == {"@sum", "-5"}


def test_a_row_is_the_same_whatever_its_line_and_another_with_other_words() -> None:
    again = read(HEAD + "\n" + ROW).rows[0]
    other = rows.identity(Customer(MAIJA.keys, name="Other"))
    assert again.line == 3 and again.id == rows.identity(MAIJA) != other and 0 <= other < 2**63


def test_rows_brought_in_take_the_place_of_those_with_the_same_address_or_number() -> None:
    number = Customer(number="K 1", name="By number")
    kept = Customer(("k@b.example",), number="K-1")
    brought = [Customer(("maija@shop.example",), name="New"), Customer(number="k1", name="New too")]
    whole, replaced = writing.merged([MAIJA, number, kept], brought)
    assert (whole, replaced) == ([kept, *brought], 2)


@pytest.mark.parametrize(
    ("cell", "keys"),
    [("Maija <m@x.example>", ["m@x.example"]), ('""Virtanen, Maija"" <m@x.example>', ["m@x.example"]),
     ("<m@x.example>", ["m@x.example"]), ("Maija <m@x.example>, Bo B <bo@x.example>", ["m@x.example", "bo@x.example"]),
     ("mailto:m@x.example", ["m@x.example"])],
)  # fmt: skip
def test_an_address_may_have_a_name_before_it_as_mail_programs_copy_it(cell: str, keys: list[str]) -> None:
    assert list(customers(f'email;name\n"{cell}";M\n')[0].keys) == keys


@pytest.mark.parametrize(
    "text",
    [
        "Email;Name;Address;Addresses;Account;Company\na@b.example;A;Mannerheimintie 1, Helsinki;b@c.example;77;Co\n",
        "Email;;Name;;\na@b.example;a note;A;another;\n",
        "Email;=sum;-5;'+x;Name;Name;Contact\na@b.example;=1;-2;'+3;A;B;C\n",
        'Email;Note;Note\na@b.example;"two\nlines";more\n',
        "Email;Domain;Phone;Mobile;Links\na@b.example;c.example;+371 26123456;040 1234567;My CRM=https://c.example/1\n",
    ],
)
def test_what_is_written_anew_says_the_same_once_more(text: str) -> None:
    before = customers(text)
    assert customers(writing.to_csv(before)) == before
    assert "another" not in text or "another" in before[0].fields.values()


def test_more_columns_than_are_kept_are_named() -> None:
    head, row = (";".join(made(n) for n in range(41)) for made in ("c{}".format, str))
    [problem] = read(f"email;{head}\na@b.example;{row}\n").problems
    assert problem.key == "c40" and "40 free columns" in problem.text


@pytest.mark.parametrize(
    ("octets", "line", "names"),
    [
        ("email;name\na@b.example;Jürgen\nb@b.example;Bo\n".encode("cp850"), 2, ["", "Bo"]),
        ("email;name\na@b.example;Jānis Bērziņš\nb@b.example;Līga Bērziņ".encode()[:-1], 3, ["Jānis Bērziņš", ""]),
    ],
    ids=["of MS-DOS", "cut within a letter"],
)
def test_octets_that_are_no_letter_stand_in_nobodys_name(octets: bytes, line: int, names: list[str]) -> None:
    file = read(octets)
    assert [row.customer.name for row in file.rows] == names
    assert [(one.line, one.key) for one in file.problems] == [(line, "name")]
