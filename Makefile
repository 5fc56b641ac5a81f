.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
TRANSLATIONS := src/leasehold/panel/translations
CATALOGUES := $(wildcard $(TRANSLATIONS)/*/LC_MESSAGES/*.po)

.PHONY: help
help: ## List these verbs.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r verb says; do printf '%-12s %s\n' "$$verb" "$$says"; done

.venv/installed: pyproject.toml constraints.txt hatch_build.py $(wildcard assets/*) $(CATALOGUES)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[embedded,otel]" --group test
	@touch $@

.PHONY: install
install: .venv/installed ## Make the virtual environment with everything that tests need.

.PHONY: lint
lint: install ## Style, types, and who may import whom.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: unit
unit: install ## The tests alone.
	$(BIN)/pytest --numprocesses 2 --dist worksteal

.PHONY: test
test: lint unit ## Everything CI does.

.PHONY: format
format: install ## Put the code into the house's form.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: translations
translations: install ## Bring the catalogues up to date with the texts in the code, and compile them.
	@mkdir -p build
	$(BIN)/pybabel -q extract -F pyproject.toml --no-wrap --add-location file --sort-by-file --project leasehold --keywords lazy_gettext --keywords _l --ignore-dirs '.*' -o build/messages.pot src/leasehold
	$(BIN)/pybabel -q update -i build/messages.pot -d $(TRANSLATIONS) --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d $(TRANSLATIONS)
	@touch .venv/installed

.PHONY: reference
reference: install ## Write the pages that are told from the code.
	$(BIN)/python -c "from leasehold.deployment.environment import environment_reference as page; print(page(), end='')" > docs/environment.md

.PHONY: metrics
metrics: install ## Write what is made of the metrics: their page, the alert rules, the dashboard.
	$(BIN)/leasehold metrics render page > docs/metrics.md
	$(BIN)/leasehold metrics render alerts > deploy/prometheus/alerts.yml
	$(BIN)/leasehold metrics render dashboard > deploy/grafana/leasehold.json

.PHONY: lock
lock: install ## Pin what is installed now as what everybody installs.
	$(BIN)/pip freeze --exclude-editable > constraints.txt

.PHONY: clean
clean: ## Remove everything that a verb above made.
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
