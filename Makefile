# The door. Everything is built with meson below build/; the scripts are in tools/.
T ?= 60
SEEDS ?= 200

all: bootstrap
	@tools/build release

run:
	@tools/run

test:
	@tools/bootstrap build test
	@tools/test

interop:
	@tools/bootstrap build interop
	@tools/build release
	@tests/interop/run

bench:
	@tools/bootstrap build interop
	@tools/build release
	@tests/bench/run

bench-proxy:
	@tools/bootstrap build interop
	@tools/build release
	@tests/bench/run-proxy

# make fuzz T=60: each target for T seconds
fuzz:
	@tools/bootstrap build test
	@tools/fuzz $(T)

# make mutations: seeded bugs, each of which the storm must find
mutations:
	@tools/bootstrap build test
	@tests/mutations/run

# make torture [FROM=session/bdat.sl]: every scenario struck at each of its points
torture:
	@tools/bootstrap build test
	@tools/build clang tests/torture/torture
	@build/clang/tests/torture/torture --jobs $$(nproc) $(if $(FROM),--from $(FROM))

# make storm SEEDS=n [FROM=k]: so many seeds of the storm on all cores
storm:
	@tools/bootstrap build test
	@tools/build clang tests/storm/storm
	@tools/storm --seeds $(SEEDS) --from $(or $(FROM),1)

lint:
	@tools/bootstrap build test
	@tools/test lint

bootstrap:
	@tools/bootstrap build

install: all
	meson install -C build/release

clean:
	rm -rf build

.PHONY: all run test interop bench bench-proxy fuzz storm mutations torture lint bootstrap install clean
