# Sprout. "make help" lists what there is.
#
# Go 1.26 or newer fetches the toolchain named here by itself; the experiment
# gives the engine SIMD. Both win over whatever the environment says.
GOTOOLCHAIN := go1.27.4
GOEXPERIMENT := simd
export GOTOOLCHAIN GOEXPERIMENT

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help serve build test accept journey lint fmt bench bench-gpu golden fuzz check clean site demo bake protocol licenses operations

# Two builds at once would write the same files: the second waits for the first.
LOCK := $(if $(shell command -v flock),flock -o build/lock,)

GOFUMPT := go run mvdan.cc/gofumpt@v0.12.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

GO_DIRS := $(wildcard core stages journey wasm cmd e2e)
ENGINE_SRC := $(shell find $(wildcard core stages journey wasm) -name '*.go' ! -name '*_test.go') go.mod go.sum
WEB_SRC := $(shell find $(wildcard web/src web/public web/scripts) -type f ! -name '*.test.ts' ! -path web/src/engine/sprout.wasm ! -path web/src/engine/wasm_exec.js) \
	$(wildcard web/index.html web/*.ts web/*.js web/package.json stages/*.go core/backend/webgpu/*.wgsl)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

serve: build ## build everything and serve the page on localhost (ARGS="-addr :8080 -tls" for a room)
	go run ./cmd/serve $(ARGS)

build: ## build the engine, the page and its compressed variants into cmd/serve/site
	@mkdir -p build
	@$(LOCK) $(MAKE) --no-print-directory site

test: ## install what is missing and run every test (ONLY=browser: the steps of that name)
	@mkdir -p build
	@go run ./e2e/suite $(if $(ONLY),-only "$(ONLY)")

accept: build ## run the long figures and write build/accept.json (needs ../shared)
	go run ./e2e/accept
	SPROUT_GPU=all go test -count=1 -timeout 30m -v ./e2e/gpu
	SPROUT_GPU=all go test -count=1 -timeout 120m -v -run WebGPUAsOnWorkers ./e2e

PRESET ?= quick
SEED ?= 1
SEEDS ?= 1
journey: build ## the whole pipeline from nothing in Chromium, into build/journey.json (PRESET=tiny SEED=2 SEEDS=3 ONLY=pretrain,sft SET="sft.steps=200")
	go run ./e2e/journey -preset $(PRESET) -seed $(SEED) -seeds $(SEEDS) -only "$(ONLY)" -set "$(SET)" -workers $(WORKERS)

lint: ## check format, vet and lint Go and the page
	@test -z "$$($(GOFUMPT) -l $(GO_DIRS) | tee /dev/stderr)"
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./core/... ./stages/... ./journey/... ./wasm/...
	$(STATICCHECK) -checks inherit,-ST1005 ./... # messages begin with the names of axes: V, C
	$(GOLANGCI) run ./...
	cd web && npm run lint && npm run check

fmt: ## format Go and the page
	$(GOFUMPT) -l -w $(GO_DIRS)
	cd web && npm run format

MODE ?= train
WORKLOAD ?= char
WORKERS ?= 0
bench: $(if $(filter all,$(MODE)),build) ## time a training step in Chromium (WORKLOAD=large WORKERS=1); MODE=decode, all, cost; OP=matmul
	@go run ./e2e/bench -mode $(MODE) -workload $(WORKLOAD) -workers $(WORKERS) $(if $(OP),-op $(OP))

# Not in package.json: Dawn is 100 MB for all systems, and only this needs it.
DAWN := webgpu@0.6.2
CHECK ?= bench
bench-gpu: web/node_modules/.package-lock.json ## time the WebGPU backend under Node on this machine's GPU (CHECK=conformance, curve, stages, answers, lost)
	@mkdir -p build/gpu
	@test -d build/gpu/node_modules/webgpu || npm install --prefix build/gpu --no-audit --no-fund --no-save $(DAWN)
	GOOS=js GOARCH=wasm go build -trimpath -o build/gpu/engine.wasm ./e2e/gpu/engine
	@cd web && SPROUT_WEBGPU=$(CURDIR)/build/gpu/node_modules/webgpu/index.js node scripts/gpu.js ../build/gpu/engine.wasm $(CHECK)

golden: ## remake the golden files from PyTorch and Hugging Face (needs python3-torch)
	@for python in python3 /usr/bin/python3; do \
		if $$python -c 'import torch' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	test -n "$$found" || { echo 'golden: no Python with PyTorch (on Debian: apt-get install python3-torch)' >&2; exit 1; }; \
	for script in $$(find core stages -path '*testdata*' -name '*.py' | sort); do \
		echo "$$script"; (cd "$$(dirname "$$script")" && $$found "$$(basename "$$script")") || exit 1; \
	done

FUZZTIME ?= 20s
fuzz: ## run every fuzz test for FUZZTIME (20s)
	@grep -rlE '^func Fuzz' --include='*_test.go' $(GO_DIRS) | sort | while read -r file; do \
		for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file"); do \
			echo "$$name in $$file"; \
			go test "./$$(dirname "$$file")" -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
		done; \
	done

check: lint test ## lint and test: what a change must pass

clean: ## remove what was built; checkpoints of your browser are not touched
	rm -rf build web/src/engine/sprout.wasm web/src/engine/wasm_exec.js
	find cmd/serve/site -mindepth 1 ! -name placeholder.txt -delete

demo: ## remake the ready-made model that answers on the first visit, bit for bit (minutes)
	go run ./cmd/train -preset seed -town quick -merges 1024 -steps 4000 -set batch=12 -set lr=0.006 \
		-weights -reproducible -quiet -out web/public/models/seed.safetensors

bake: ## make a ready-made model of every stage for a class and put them beside the page (minutes)
	go run ./cmd/bake -out web/public/ready
	@$(MAKE) --no-print-directory build

protocol: web/node_modules/.package-lock.json ## remake the page's types from the Go messages
	cd web && npm run protocol

licenses: ## remake docs/LICENSES.md from the modules and packages in use
	go run ./e2e/licenses -write

operations: ## remake the README's table of operations from the conformance library
	go run ./e2e/operations -write

# --- how the site is made; "make build" holds the lock around it ---

site: build/site.stamp ; @:

# The stamp alone does not prove that the site is there.
ifeq ($(wildcard cmd/serve/site/index.html),)
.PHONY: build/site.stamp
endif

build/site.stamp: web/src/engine/sprout.wasm web/src/engine/wasm_exec.js web/node_modules/.package-lock.json $(WEB_SRC)
	cd web && npm run build
	go run ./cmd/serve/precompress -cache build/precompressed cmd/serve/site
	@touch $@

# With the older encoding/json the compressed engine is 170 KB smaller.
web/src/engine/sprout.wasm: $(ENGINE_SRC) Makefile
	@mkdir -p $(@D)
	GOOS=js GOARCH=wasm GOEXPERIMENT=$(GOEXPERIMENT),nojsonv2 go build -trimpath -ldflags='-s -w' -o $@.new ./wasm
	@mv $@.new $@

web/src/engine/wasm_exec.js: go.mod Makefile
	@mkdir -p $(@D)
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $@
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@
