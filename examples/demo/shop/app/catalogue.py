"""What the shop sells."""

from service import ITEMS, Handler, serve


class Catalogue(Handler):
    routes = {"/items": "items", "/health": "health", "/version": "version"}

    def items(self):
        return self.as_json({"items": ITEMS})


if __name__ == "__main__":
    serve(Catalogue)
