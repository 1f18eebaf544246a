# make demo   set up, then the whole main job on the built-in stand-in for the site
# make test   set up, then the tests
# make lint   ruff, mypy and the import rules
# make lock   renew constraints.txt with the newest versions that pyproject.toml allows
# make bench  set up, then every benchmark beside its peer, into benchmarks/results.md (about an hour; SIZE=small: minutes)
# make audit  what is known against the pinned versions: advisories, versions taken back, newer ones (some minutes)
# make clean  remove what the targets above have made

PYTHON ?= python3
# One test process for each core.
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
SIZE ?= whole
BIN := .venv/bin

.PHONY: demo test lint bench lock audit clean
.DELETE_ON_ERROR:

demo: .venv/.demo
	@$(BIN)/tracker demo

test: .venv/.test
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: .venv/.test
	@echo "ruff" && $(BIN)/ruff check .
	@echo "mypy" && $(BIN)/mypy
	@echo "import rules" && $(BIN)/lint-imports

bench: .venv/.test
	@$(BIN)/python -m benchmarks --size $(SIZE)

# Sets $$python to an interpreter that is new enough, by asking each one: a name alone proves nothing.
define find_python
python=; for try in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
  if "$$try" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$try; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo "Python 3.11 or newer is needed and none was found. Install one, or name it: make PYTHON=/path/to/python3" >&2; \
  exit 1; \
fi
endef

# $(call install,EXTRAS): into .venv, at the pinned versions; pip is heard only when it fails.
define install
start=$$(date +%s); \
if ! $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(1)]' \
    >.venv/setup.log 2>&1; then \
  cat .venv/setup.log >&2; \
  echo "The libraries could not be installed; pip says why above. Then run make again." >&2; \
  exit 1; \
fi; \
echo "  done in $$(($$(date +%s) - start)) s"
endef

# An environment that works already is kept; one that was left half made is not.
.venv/.python:
	@if $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	  touch $@; exit 0; \
	fi; \
	$(find_python); \
	echo "setting up: a Python environment in .venv, with $$("$$python" --version) …"; \
	if ! out=$$("$$python" -m venv --clear .venv 2>&1); then \
	  rm -rf .venv; \
	  echo "$$out" >&2; \
	  echo "The environment could not be made. Where Python comes without venv (Debian, Ubuntu)," \
	    "install the package python3-venv, then run make again." >&2; \
	  exit 1; \
	fi; \
	touch $@

.venv/.demo: .venv/.python pyproject.toml constraints.txt
	@echo "setting up: installing the libraries (once, about a minute) …"
	@$(call install,demo)
	@touch $@

# After .demo, so that `make -j` never runs two installations at once.
.venv/.test: .venv/.demo
	@echo "setting up: installing what the tests need (once, less than a minute) …"
	@$(call install,demo$(,)test)
	@touch $@

, := ,

lock:
	@$(find_python); \
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT; \
	echo "resolving afresh in $$folder …"; \
	"$$python" -m venv "$$folder/venv" && \
	"$$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[demo,test,fuzz]' \
	  >"$$folder/log" 2>&1 || { cat "$$folder/log" >&2; exit 1; }; \
	"$$folder/venv/bin/python" -m pip freeze --exclude-editable >"$$folder/freeze" && \
	{ echo "# The exact versions that are tested together; \`make lock\` renews them."; \
	  LC_ALL=C sort -f "$$folder/freeze"; } >"$$folder/new" && \
	cp "$$folder/new" constraints.txt && echo "constraints.txt: $$(grep -c == constraints.txt) versions"

# In an environment of its own: what looks at the pinned versions must not change them.
audit:
	@$(find_python); \
	rm -rf build/audit && "$$python" -m venv build/audit && \
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip pip-audit==2.10.1 && \
	build/audit/bin/python .ci/audit.py

clean:
	rm -rf .venv build demo-data *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find tracker spiders storage tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
