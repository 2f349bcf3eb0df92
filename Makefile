# Recipes for developers; `make` lists them. Users need only ./rightaway.
BIN := .venv/bin
UV := .tools/bin/uv
DJANGO := DJANGO_SETTINGS_MODULE=rightaway.config.settings $(BIN)/django-admin
# Without addresses and headers, so that the files say only what is installed, not from where.
COMPILE := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help setup check test slow lint format types imports lock migrations messages news demo screenshots bench

help: ## list the recipes
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## install what is locked into .venv, if it has changed
	./rightaway --help > /dev/null

check: lint types imports test ## all that CI checks

test: ## run the tests
	./rightaway test

slow: ## run at full length what the tests run briefly: 20,000 lives of an approval, 200 rounds of the race
	RIGHTAWAY_TESTS_EXAMPLES=20000 RIGHTAWAY_TESTS_ROUNDS=200 $(BIN)/pytest -n 2 \
		tests/property/test_approval_machine.py tests/integration/services/test_races.py

lint: ## check style, templates and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --quiet --check --lint src/rightaway/web/templates
	$(BIN)/codespell src tests docs examples README.md STYLE.md

format: ## put code and imports into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: ## check the types
	$(BIN)/mypy

imports: ## check that the layers point one way
	$(BIN)/lint-imports

lock: ## make requirements/*.txt anew from pyproject.toml; UPGRADE=--upgrade takes the newest
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) $(UPGRADE) --group pyproject.toml:bench -o requirements/bench.txt
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		| $(COMPILE) $(UPGRADE) --no-annotate - -o requirements/build.txt
	sed -nE 's/^([a-z0-9-]+==[^ ]+).*/\1/p' requirements/tools.txt \
		| $(COMPILE) --no-annotate - -o requirements/tools.txt

migrations: ## write the migrations that changed models need
	$(DJANGO) makemigrations

messages: ## take all texts into the catalogue and compile it; FRAGMENTS="a.po b.po" bring translations; needs gettext
	$(BIN)/python tools/messages.py $(FRAGMENTS)

news: ## show the news of the next release, from changes.d
	$(BIN)/towncrier build --draft --version next

demo: ## run the demonstration
	./rightaway demo

screenshots: ## take the pictures of docs/pictures from the demonstration; needs Chromium
	$(BIN)/python tools/screenshots.py

bench: ## measure one subject against its peers: make bench NAME=subject
	$(BIN)/python -m benches.$(or $(NAME),$(error name one, such as: make bench NAME=$(basename $(notdir $(firstword $(wildcard benches/[a-z]*.py))))))
