# The commands of the README. Each sets up what it needs first; nothing is installed outside this folder.
SPEED ?= 60
BOXES ?= 4
TLS ?=
CAMERA ?= 1
NAME ?=

.PHONY: demo setup test test-nightly bench check clean

demo: setup ## the whole way of a reading on this machine; TLS=1: with certificates, as in a city
	@.venv/bin/python -m hub demo --speed $(SPEED) --boxes $(BOXES) $(if $(filter-out 0 no,$(TLS)),--tls) $(if $(filter 0 no,$(CAMERA)),--no-camera)

setup: ## virtual environment and front-end libraries by their locks
	@scripts/setup

test: ## everything of every day, under 12 minutes on 2 cores
	@scripts/test

test-nightly: ## the long tier
	@scripts/test nightly

bench: setup ## one JSON line a figure; NAME=... runs one
	@.venv/bin/python -m benchmarks $(NAME)

check: setup ## rules, form and types
	@scripts/check

clean: ## what set-up and tests made; the state of hub and demo boxes in var/ stays
	rm -rf .venv node_modules hub/wall/static/lib .cache .hypothesis build dist jagawai.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
