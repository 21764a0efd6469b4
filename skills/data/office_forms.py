"""Invoices that were made up, in twelve layouts, with the fields that a clerk would type in."""

import datetime
import random
from dataclasses import dataclass

from skills.data.dataset import Dataset

FIELDS = ("number", "date", "due", "total", "vendor")
EACH = 60  # forms of each layout

# Each string is a form, each of its lines a line; what stands in braces is filled in.
KNOWN = (
    """{vendor} / {street} / INVOICE / Invoice no. : {number} / Invoice date : {date}
    Bill to : {client} / {items} / Subtotal {sub} / VAT {tax} / Total : {total}
    Due date : {due}""",
    """Invoice # {number} / Date : {date} / From : {vendor} / To : {client} / {items}
    Net {sub} / Tax {tax} / Amount due : {total} / Payment due by {due} / Thank you !""",
    """TAX INVOICE / {vendor} / Phone {phone} / Document number | {number} / Issue date | {date}
    Due | {due} / Customer {client} / {items} / Sub-total | {sub} / Grand total | {total}""",
    """{vendor} / Customer no. {order} / Order {order} / Inv. no. {number} dated {date}
    Delivered to {client} on {shipped} / {items} / Sum {sub} / plus VAT {tax}
    Total amount {total} / Please pay by {due}""",
    """Bill from {vendor} / Bill number {number} / Bill date {date} / Account {order}
    {client} / {items} / Total before tax {sub} / Tax {tax} / Balance due {total}
    Pay before {due}""",
    """Statement of {shipped} / Supplier : {vendor} / Reference : {order} / Invoice : {number}
    Issued : {date} / Payable until : {due} / For {client} / {items} / Goods {sub} / VAT {tax}
    Total payable : {total}""",
    """INVOICE {number} / {date} / {vendor} , {street} / Your order {order} of {shipped}
    {client} / {items} / Subtotal : {sub} / Tax : {tax} / Total due : {total}
    Terms : due {due}""",
    """Seller {vendor} / Buyer {client} / Invoice number : {number} / Date of issue : {date}
    Date due : {due} / {items} / Total excl. VAT {sub} / VAT {tax} / Total incl. VAT {total}""",
)
UNSEEN = (
    """{client} / Order no. {order} / {items} / Net total {sub} / VAT {tax}
    Amount payable : {total} / Document # {number} issued {date} , due {due}
    Sold by {vendor}""",
    """{vendor} / {phone} / Bill # : {number} / Dated : {date} / Shipped : {shipped}
    Bill to {client} / {items} / Net amount : {sub} / Total with tax : {total} / Pay by : {due}""",
    """Date {date} Invoice ID {number} / Issued by {vendor} / Issued to {client} / Settle by {due}
    {items} / Subtotal {sub} / Tax amount {tax} / To pay {total}""",
    """Invoice / No. / {number} / Date / {date} / Due date / {due} / Supplier / {vendor}
    Customer / {client} / {items} / Total / {total}""",
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
GOODS = ("paper", "chairs", "toner", "desks", "lamps", "cables", "screws", "paint", "filters")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as words (a "\\n" ends a line), the field that each belongs to, and its layout."""

    words: tuple[str, ...]
    labels: tuple[str, ...]
    layout: int
    known: bool

    def truth(self) -> dict[str, str]:
        """Return what each field holds, its words joined by spaces."""
        return {field: " ".join(word for word, label in zip(self.words, self.labels, strict=True)
                                if label == field) for field in FIELDS}  # fmt: skip


def load() -> list[Form]:
    """Return 720 forms, always the same: 60 of each of twelve layouts, `known` those of eight."""
    rng = random.Random(2026)
    forms = []
    for layout, text in enumerate((*KNOWN, *UNSEEN)):
        forms += [_form(layout, text, rng) for _ in range(EACH)]
    return forms


def _form(layout: int, text: str, rng: random.Random) -> Form:
    """Return a form of a layout, filled in at random; how dates look belongs to the layout."""
    values, words, labels = _values(layout, rng), list[str](), list[str]()
    for line in text.replace("\n", " / ").replace(" / ", " \n ").split(" "):
        if not line.startswith("{"):
            put, label = [line] * bool(line), ""
        else:
            name = line.strip("{}")
            put, label = values[name].split(" "), name if name in FIELDS else ""
        words += put
        labels += [label] * len(put)
    return Form((*words, "\n"), (*labels, ""), layout, layout < len(KNOWN))


def _values(layout: int, rng: random.Random) -> dict[str, str]:
    """Return something for each name in braces."""
    dates = sorted(rng.sample(range(700), 3))
    sub = rng.randint(5_000, 400_000)
    numbers = [str(rng.randint(1000, 99999)) for _ in range(3)]
    items = (f"{rng.randint(1, 20)} {rng.choice(GOODS)} {_amount(layout, rng.randint(500, sub))}"
             for _ in range(rng.randint(1, 3)))  # fmt: skip
    return {
        "shipped": _date(layout, dates[0]), "date": _date(layout, dates[1]),
        "due": _date(layout, dates[2]), "sub": _amount(layout, sub),
        "tax": _amount(layout, sub // 5), "total": _amount(layout, sub + sub // 5),
        "vendor": _company(rng), "client": _company(rng), "items": " \n ".join(items),
        "number": ("INV-{}", "{}", "2026/{}", "R{}", "INV{}")[layout % 5].format(numbers[0]),
        "order": f"PO-{numbers[1]}" if layout % 2 else numbers[1], "phone": f"555 {numbers[2]}",
        "street": f"{rng.randint(1, 99)} {_name(rng)} Street",
    }  # fmt: skip


def _date(layout: int, days: int) -> str:
    day = datetime.date(2025, 1, 1) + datetime.timedelta(days)
    month = MONTHS[day.month - 1]
    return (f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{month} {day.day}, {day.year}",
            f"{day.day} {month[:3]} {day.year}", f"{day:%m/%d/%Y}")[layout % 5]  # fmt: skip


def _amount(layout: int, cents: int) -> str:
    value = cents / 100
    return (f"{value:,.2f}", f"{value:.2f} EUR", f"${value:,.2f}")[layout % 3]


def _name(rng: random.Random) -> str:
    parts = ("bar", "lin", "tor", "mel", "ka", "ro", "ven", "sta", "dor", "wi", "nes", "hu")
    return "".join(rng.choice(parts) for _ in range(rng.randint(2, 3))).capitalize()


def _company(rng: random.Random) -> str:
    middle = rng.choice(("", f" & {_name(rng)}", " Office", " Supplies", " Trading"))
    return f"{_name(rng)}{middle} {rng.choice(('Ltd', 'Inc', 'GmbH', 'LLC', 'Co'))}"


DATASET = Dataset(
    id="office_forms",
    title="Invoices of firms that do not exist",
    rows=720,
    describes="invoices made up by a program, 60 in each of twelve layouts, with five fields each",
    source="made for this exercise, by a program; no real firm, person or invoice is in it",
    url="https://en.wikipedia.org/wiki/Invoice_processing",
    licence="MIT, as the rest of the program",
    package="lodestar-ml",
    load=load,
)
