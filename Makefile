# What a newcomer runs.  `make demo` and `make test` need Python 3.11 or later, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than there are processors: many tests wait for the processes that they start.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
PARALLEL = --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
COLLECTION ?= collection
QUICK := converter ontology queries server shelfgraph \
	tests/sources tests/truth tests/values \
	tests/test_cases.py tests/test_claims.py tests/test_golden.py tests/test_layers.py tests/test_mapping.py tests/test_metadata.py tests/test_of_tests.py tests/test_profile.py \
	tests/test_sources.py tests/test_values.py tests/test_vocabulary.py tests/sparql/test_suite.py

EDITOR_SAID = @test -f server/static/dist/editor.js || echo "The SPARQL editor was not built (it needs the registry of npm): the query page has a plain text area."

SECONDS ?= 600
MINUTES ?= 20

.PHONY: man demo quick test sweep fuzz fuzz-guided soak sbom check format screenshots clean

demo: $(VENV)/installed ## Convert the example records and serve them at http://127.0.0.1:8000
	$(BIN)/shelfgraph serve examples

quick: $(VENV)/installed-dev check ## Lint, check the types, run the tests that need one server at most
	$(BIN)/pytest -q $(PARALLEL) --ignore tests/sources/test_hostile.py $(QUICK)

test: $(VENV)/installed-dev $(VENV)-clients/installed check ## Lint, check the types, run every test
	$(BIN)/pytest $(PARALLEL) -m "not alone"
	$(BIN)/pytest -m alone

sweep: $(VENV)/installed-dev ## Run the tests over what others wrote: make sweep COLLECTION=FOLDER
	SHELFGRAPH_COLLECTION=$(abspath $(COLLECTION)) $(BIN)/pytest tests/sweep

fuzz: $(VENV)/installed-dev ## Feed readers and parsers what nobody thought of: make fuzz SECONDS=600
	$(BIN)/python -m tests.fuzz $(SECONDS)

fuzz-guided: $(VENV)/installed-dev ## The same with inputs that atheris chooses by what they reach (Linux)
	$(BIN)/pip install --quiet atheris
	$(BIN)/python -m tests.guided_fuzz $(SECONDS)

soak: $(VENV)/installed-dev ## Write, read, break and kill at once, against a reference: make soak MINUTES=20
	$(BIN)/python -m tests.soak $(MINUTES)

sbom: $(VENV)/installed-dev ## Write what an installation consists of, with licences, as CycloneDX: sbom.json
	$(PYTHON) -m venv --without-pip $(VENV)-sbom
	$(BIN)/pip --python $(VENV)-sbom/bin/python install --quiet .
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o sbom.json $(VENV)-sbom/bin/python
	rm -rf $(VENV)-sbom

check: $(VENV)/installed-dev ## Lint and check the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/installed-dev ## Bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/installed-dev ## Write a picture of every kind of page into screenshots/ (needs Chromium)
	$(BIN)/python docs/screenshots.py screenshots

man: $(VENV)/installed ## Write the manual page: build/shelfgraph.1
	mkdir -p build
	$(BIN)/python docs/man.py > build/shelfgraph.1

clean: ## Remove what the targets made
	rm -rf build $(VENV) $(VENV)-clients .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/installed: pyproject.toml hatch_build.py $(wildcard frontend/src/* frontend/*.json frontend/build.mjs)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	$(EDITOR_SAID)
	touch $@

$(VENV)/installed-dev: pyproject.toml hatch_build.py $(wildcard frontend/src/* frontend/*.json frontend/build.mjs)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	$(EDITOR_SAID)
	touch $@ $(VENV)/installed

$(VENV)-clients/installed: tests/clients.txt
	$(PYTHON) -m venv $(VENV)-clients
	$(VENV)-clients/bin/pip install --quiet --requirement $<
	touch $@
