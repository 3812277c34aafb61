# Short names for what the project's own commands do. `make check` is everything that CI runs.
.PHONY: check fast format docs demo

check:
	python -m pytest -n 2

fast:
	python -m pytest -m "not slow"

format:
	ruff format .
	ruff check --fix .

docs:
	python docs/generate.py

demo:
	traindx demo
