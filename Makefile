# What each target does is said by `make help`. `make demo` and `make test` set up all they need.
.DELETE_ON_ERROR:
SHELL := /bin/bash
NPM := npm --no-update-notifier
STAMP := node_modules/.installed

# Where things go, by the GNU standards' names; what is not set has its place in tools/install.mjs.
export DESTDIR PREFIX SYSCONFDIR SBINDIR BINDIR LIBDIR MANDIR UNITDIR INITDIR
export TMPFILESDIR SYSUSERSDIR SINGLE RECORD

.PHONY: help install uninstall build single deb rpm check docs test test-unit test-root demo bench clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(STAMP): package.json package-lock.json
	@command -v node >/dev/null || { echo "Node.js 20.19 or newer is needed: apt install nodejs npm"; exit 1; }
	@echo "installing the development dependencies (npm ci)"
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

# For `install`, which is often run by root: nothing is built again that is as it should be.
dist/keepalived.cjs: $(STAMP) $(shell find src tools/build.mjs -type f)
	@node tools/build.mjs

dist/single/keepalived: dist/keepalived.cjs tools/single.mjs tools/single-main.cjs
	@node tools/single.mjs

build: $(STAMP) ## dist/ and an executable bin/keepalived
	@node tools/build.mjs

single: build ## dist/single/keepalived: one executable that needs no Node.js
	@node tools/single.mjs

install: $(if $(filter 1,$(SINGLE)),dist/single/keepalived,dist/keepalived.cjs) ## program, manual pages, samples, unit; see docs/user/installing.md
	@node tools/install.mjs install

uninstall: ## removes what `make install` put there, but for what was edited
	@node tools/install.mjs uninstall

deb: single ## a Debian package in dist/packages
	@VERSION=$(VERSION) npx tsx tools/packages/deb.ts

rpm: single ## an RPM in dist/packages; needs rpmbuild
	@VERSION=$(VERSION) npx tsx tools/packages/rpm.ts

check: $(STAMP) ## format, lint, types, layer rules
	@$(NPM) run --silent check

docs: $(STAMP) ## manual page, reference, completion, tables: all that is made from the grammar
	@npx tsx tools/docs-compat.ts
	@npx tsx tools/docs-reference.ts

test: $(STAMP) build ## every suite this machine can run; names the ones it skips
	@npx tsx tools/test.ts

test-unit: $(STAMP) ## the suites that need no root: seconds
	@npx tsx tools/test.ts --only unit

demo: $(STAMP) build ## two hosts, one address, live
	@npx tsx tools/setup.ts demo
	@npx tsx demo/demo.ts

bench: $(STAMP) single ## side by side with Keepalived, as ratios
	@npx tsx tools/setup.ts bench
	@npx tsx bench/bench.ts $(BENCH)

clean: ## removes what was built
	rm -rf dist .cache
