# `make` prints what there is to make. Everything a target needs it builds into .bin/ or starts itself.

GOLANGCI_VERSION := v2.15.0

BIN      := $(CURDIR)/.bin
LINT     := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PKG      ?= ./...
FUZZTIME ?= 1m
BENCH    ?= .
ARGS     ?=

# Around every command that runs tests: finds, starts or installs PostgreSQL, Redis and, for -race, gcc.
TESTENV  := $(BIN)/testenv run --

# SQLite is C that was turned into Go: watched by the race detector it takes four times as long, and there is nothing of ours
# in it. The driver around it is watched. Hashing passwords takes three times as long with it.
RACE     := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=golang.org/x/crypto/argon2=-race=false \
            -gcflags=golang.org/x/crypto/blake2b=-race=false

.DEFAULT_GOAL := help
.PHONY: help run demo build test test-short check lint fmt fmt-check vet race fuzz bench golden cover screenshots \
        archtest tidy tidy-check image clean FORCE

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## serve with an embedded store (ARGS="--listen 127.0.0.1:8081")
	go run ./cmd/rollcall serve $(ARGS)

demo: ## see the main job done, then keep serving (ARGS=--exit ends)
	go run ./cmd/rollcall demo $(ARGS)

build: ## build the static program into ./rollcall
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o rollcall ./cmd/rollcall

test: $(BIN)/testenv ## run all tests with the race detector on PostgreSQL, SQLite and Redis (PKG=./scim/...)
	$(TESTENV) go test $(RACE) -shuffle=on -count=1 -timeout 60m $(PKG)

test-short: $(BIN)/testenv ## run all tests once, without the race detector, with Go's cache
	$(TESTENV) go test -timeout 30m $(PKG)

race: $(BIN)/testenv ## run all tests twice in shuffled order under the race detector
	$(TESTENV) go test $(RACE) -shuffle=on -count=2 -timeout 60m $(PKG)

check: fmt-check lint vet tidy-check test ## all that must pass before a change is merged

lint: $(LINT) ## run the linters (the first time builds them, some minutes)
	$(LINT) run

fmt: $(LINT) ## format all Go code
	$(LINT) fmt

fmt-check: $(LINT) ## show what fmt would change, and fail if anything
	$(LINT) fmt --diff

vet: ## run go vet
	go vet ./...
	go vet -tags screenshots ./internal/acceptance

archtest: ## check layers, file sizes and names only
	go test -count=1 ./internal/archtest

tidy: ## bring go.mod and go.sum in line with the code
	go mod tidy

tidy-check: ## fail if go.mod is not tidy or a module is not what go.sum says
	go mod tidy -diff
	go mod verify

fuzz: $(BIN)/testenv ## run each fuzz target for FUZZTIME (default 1m), one after another
	@$(TESTENV) scripts/fuzz $(FUZZTIME) $(PKG)

bench: $(BIN)/testenv ## run the benchmarks (BENCH=Filter PKG=./scim)
	$(TESTENV) go test -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)

golden: $(BIN)/testenv ## rewrite the golden files of packages whose tests know -update; then read the diff
	@$(TESTENV) scripts/golden
	@git --no-pager diff --stat -- '*testdata*'

screenshots: $(BIN)/testenv ## take every page, light and dark, wide and narrow, into docs/screenshots; fails on what axe finds or does not fit
	@mkdir -p docs/screenshots
	ROLLCALL_SCREENSHOTS=$(CURDIR)/docs/screenshots $(TESTENV) go test -tags screenshots -count=1 -timeout 15m -run '^TestScreenshots$$' ./internal/acceptance

cover: $(BIN)/testenv ## measure test coverage over all packages into cover.out
	$(TESTENV) go test -timeout 30m -coverpkg=./... -coverprofile=cover.out $(PKG)
	@go tool cover -func=cover.out | tail -n 1

image: ## build the container image rollcall:dev
	docker build --build-arg VERSION=$(VERSION) -t rollcall:dev .

clean: ## remove what was built here
	rm -rf $(BIN)/testenv rollcall cover.out

$(BIN)/testenv: FORCE
	@go build -buildvcs=false -o $@ ./internal/testenv/cmd/testenv

$(LINT):
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(BIN)/golangci-lint $@
