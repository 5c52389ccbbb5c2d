# `make run` does the main job on the data that ships with the project; `make test` passes the tests.
SHELL := /bin/bash
packages := libgsl-dev libopenblas-dev zlib1g-dev pkg-config python3-numpy
sudo := $(if $(filter 0,$(shell id -u)),,sudo)
mckean := .build/release/mckean
peers := .build/benchmarks

.PHONY: deps build run test curves calibrate bench data format lint clean

deps: ## Debian packages, where they are missing
	@[ $$(dpkg-query -W -f='$${Status}\n' $(packages) 2>/dev/null | grep -c '^install ok installed') = $(words $(packages)) ] || { $(sudo) apt-get update -q && \
	  $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(packages); }

build: deps
	swift build -c release --product mckean

run: build ## both rates of a two-layer network on handwritten digits, and how much of one can be pruned
	$(mckean) run network-chaos --force
	$(mckean) run network-strong --force
	$(mckean) run digits-compressibility --force

test: deps
	swift test -c release --disable-xctest --disable-testable-imports

# those of the paper's data need `make data`, and take hours together; the theorem's takes six minutes
experiments := $(basename $(notdir $(wildcard Sources/McKeanVlasov/Experiments/*.toml)))
long := $(filter paper-% theorem-%,$(experiments))

curves: build ## notebooks-data/: the curves of every built-in experiment but the paper's
	for name in $(filter-out $(long),$(experiments)); do \
	  $(mckean) run $$name --force --out out/$$name && mkdir -p notebooks-data/$$name && \
	  find out/$$name -name '*.csv' ! -name replicas.csv -size -1000k -exec cp {} notebooks-data/$$name/ ';' || exit 1; done

calibrate: deps ## docs/validation.md: coverage of intervals, power and false alarms of mckean verify
	swift build -c release --product mckean-calibration
	.build/release/mckean-calibration > .build/validation.md; code=$$?; mv .build/validation.md docs/validation.md; exit $$code

bench: packages += python3-venv python3-dev g++ # PyTorch compiles with the last two
bench: deps data $(peers)/installed ## docs/benchmarks.md, speed beside its peers; ROUNDS=1, ONLY=sampler, AGAINST=another-mckean
	swift build -c release --product mckean
	swift build -c release --product mckean-benchmarks
	$(peers)/bin/python Tests/Benchmarks/benchmark.py $(ROUNDS:%=--rounds %) $(ONLY:%=--only %) $(AGAINST:%=--against %)

$(peers)/installed: Tests/Benchmarks/requirements.txt | deps
	python3 -m venv --clear $(peers)
	$(peers)/bin/pip install -q --retries 1 -r $<
	touch $@

data: packages += python3-pip
data: deps ## data/: MNIST (5,000 images), ECG5000, Fashion-MNIST
	data/fetch.sh

format:
	swift format --in-place --recursive --configuration .swift-format Sources Tests Package.swift

lint:
	swift format lint --strict --recursive --configuration .swift-format Sources Tests Package.swift

clean:
	rm -rf .build out
