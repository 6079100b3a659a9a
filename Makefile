# Everything here also runs without make: see what each target calls.
PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	--override requirements/overrides.txt

.PHONY: help up down doctor token demo bench chaos prove test pin screens check format sync lock clean
.DEFAULT_GOAL := help

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 16

up: ## Start the whole product on this machine; Ctrl-C stops it (ARGS="temporal livekit": only these)
	@$(PYTHON) -m stack up $(ARGS)

down: ## Stop what `make up` started, or what it left behind
	@$(PYTHON) -m stack down

doctor: ## Check every dependency and setting, and say the fix
	@$(PYTHON) -m stack doctor

token: ## Make a token for a person, for AUTH_MODE=keys (NAME=Dana ROLE=agent, or supervisor)
	@$(PYTHON) -m stack token $(if $(NAME),"$(NAME)") $(ROLE)

demo: ## Watch two warm transfers with real audio, measured (LLM_MODEL=…: with a model's briefing)
	@$(PYTHON) -m stack run -- python -m robots demo $(ARGS)

bench: ## Measure twenty transfers beside bare programs, and judge the figures (ARGS="--transfers 3": a look)
	@$(PYTHON) -m stack servers
	@$(BIN)/python -m robots.bench $(ARGS)

chaos: ## Break it in the middle of real transfers, three minutes long (ARGS="--seed 7": as seed 7 does)
	@$(PYTHON) -m stack servers
	@$(BIN)/python -m chaos $(ARGS)

prove: ## Play the whole proof, nearly three hours long, into docs/proof.md (ARGS="soak --minutes 5": a part)
	@$(PYTHON) -m stack servers
	@$(BIN)/python -m tests.proof $(ARGS)

test: check ## Run every check and every test (ARGS="tests/test_api.py -x": only these)
	@$(PYTHON) -m stack servers
	@$(PYTHON) -m stack pages
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest -n 2 -m "not alone"
	@$(BIN)/python -m pytest -m alone --reruns 1
endif

pin: sync ## Keep histories of what the committed code does, for all later code to replay
	@$(BIN)/python -m tests.pin

screens: ## Picture every screen in every phase, light and dark, narrow and wide, into out/screens
	@$(PYTHON) -m stack servers
	@$(PYTHON) -m stack pages
	@$(BIN)/python -m pytest tests/live/web/test_screens.py

check: sync ## Lint, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports

format: sync ## Put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

sync: ## Install everything at its locked version into .venv
	@$(PYTHON) -m stack sync

lock: sync ## Lock what requirements/*.in ask for (ARGS=--upgrade: at its newest)
	@for name in main dev bootstrap go node; do \
		$(COMPILE) $(ARGS) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean: down ## Delete everything that was made here, the record, Temporal's history and secrets (.run) too
	@rm -rf .venv .run out web/dist web/node_modules stack/chromium/node_modules
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
