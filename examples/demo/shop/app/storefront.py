"""The shop's front: the page, and the price in the currency that the customer asks for."""

from decimal import Decimal
from html import escape

from service import FEATURES, ITEMS, VERSION, Handler, serve

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The shop</title>
<h1>{name}</h1>
<p>{amount} {currency}</p>
<footer>storefront {version}</footer>
</html>
"""


def price_of(item, currency):
    """The price, rounded to what the currency has: two digits for cents, none for yen."""
    known = FEATURES["currencies"].get(currency)
    if not known:  # a currency that is not offered is shown in euro
        return Decimal(item["price_eur"]), "EUR"
    amount = Decimal(item["price_eur"]) * Decimal(known["rate"])
    return round(amount, known["digits"]), currency


class Storefront(Handler):
    routes = {"/": "page", "/price": "price", "/health": "health", "/version": "version"}

    def asked(self):
        item = ITEMS[0]
        amount, currency = price_of(item, self.headers.get("X-Currency", "EUR"))
        return {"name": item["name"], "amount": str(amount), "currency": currency, "version": VERSION}

    def price(self):
        return self.as_json(self.asked())

    def page(self):
        return (
            200,
            "text/html; charset=utf-8",
            PAGE.format(**{key: escape(value) for key, value in self.asked().items()}),
        )


if __name__ == "__main__":
    serve(Storefront)
