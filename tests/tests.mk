# SPDX-License-Identifier: Apache-2.0
#
# Unit tests are built with the address and undefined-behaviour sanitizers from the product's own
# sources. NAME_MODULES lists what tests/unit/NAME_test.c is linked with.

step_MODULES       := stub/step.c stub/step_arm.c stub/step_thumb.c
ring_MODULES       :=
access_MODULES     := stub/access.c
cover_MODULES      := stub/cover.c
watchpoints_MODULES := stub/watchpoints.c $(access_MODULES) $(cover_MODULES)
regions_MODULES    := stub/regions.c stub/local.c
agent_MODULES       := stub/agent.c
actions_MODULES     := stub/actions.c stub/agent.c
breakpoints_MODULES := stub/breakpoints.c stub/patches.c $(actions_MODULES)
step_keeps_MODULES  := stub/step_keeps.c
run_MODULES         := stub/run.c $(breakpoints_MODULES)
prints_MODULES      := stub/prints.c
service_MODULES     := stub/service.c
image_MODULES      := host/image.c host/image_thumb.c host/error.c
image_store_MODULES := host/image_store.c $(image_MODULES)
layout_MODULES     := host/layout.c host/error.c
describe_MODULES   := host/core3_describe.c host/describe_fault.c host/fault.c host/instruction.c \
                      host/sentence.c host/whose_memory.c host/core3_explain.c host/error.c
core3_MODULES      := tests/unit/fake_machine.c $(filter-out host/physmem%.c host/deadline.c \
                      host/qtest.c host/linux_facts.c, $(sort $(wildcard host/*.c)))
print_queue_MODULES := host/print_queue.c
core3_load_MODULES  := $(core3_MODULES)
deadline_MODULES   := host/deadline.c
physmem_MODULES    := host/physmem.c host/physmem_sim.c host/physmem_devmem.c host/qtest.c \
                      host/linux_facts.c host/layout.c host/error.c

rsp_SERVER  := $(addprefix bridge/, server.c clients.c client.c listener.c connection.c)
rsp_SESSION := $(filter-out bridge/main.c $(rsp_SERVER), $(sort $(wildcard bridge/*.c))) \
               host/error.c host/fault.c host/sentence.c host/whose_memory.c \
               tests/kit/fake_core3.c
print_formats_MODULES  := bridge/print_formats.c host/error.c host/sentence.c
agent_check_MODULES    := bridge/agent_check.c bridge/registers.c $(print_formats_MODULES)
rsp_packet_MODULES     := bridge/rsp_packet.c bridge/rsp_text.c
rsp_session_MODULES    := $(rsp_SESSION) tests/kit/rsp_client.c
rsp_hostile_MODULES    := $(rsp_session_MODULES)
rsp_breakpoints_MODULES := $(rsp_session_MODULES)
rsp_load_MODULES       := $(rsp_session_MODULES)
rsp_death_MODULES      := $(rsp_session_MODULES)
rsp_inspect_MODULES    := $(rsp_session_MODULES)
rsp_observer_MODULES   := $(rsp_session_MODULES)
rsp_server_MODULES     := $(rsp_SESSION) $(rsp_SERVER)
registers_MODULES      := bridge/registers.c bridge/registers_xml.c host/fault.c
instruction_MODULES    := host/instruction.c
rsp_parts_MODULES      := bridge/rsp_packet.c bridge/rsp_text.c bridge/ranges.c bridge/line_cache.c \
                          bridge/listener.c bridge/trace.c bridge/backoff.c host/error.c

INC_tests += -Iloader
numbers_MODULES := loader/numbers.c host/error.c
verbs_MODULES   := $(core3_MODULES) $(filter-out loader/main.c, $(sort $(wildcard loader/*.c)))
owner_MODULES   := host/owner.c host/error.c
streams_MODULES := host/streams.c host/error.c
devmem_MODULES  := host/physmem_devmem.c host/physmem.c host/linux_facts.c host/error.c \
                   host/layout.c host/physmem_sim.c host/qtest.c

# What of libc a test lets fail, or answer for a machine that is not there: the linker calls
# __wrap_NAME of the test instead.
core3_WRAPPED      := calloc getrandom
image_WRAPPED      := malloc read fstat
physmem_WRAPPED    := calloc mmap fstat socket setsockopt send
rsp_parts_WRAPPED  := socket bind
rsp_load_WRAPPED   := malloc
rsp_death_WRAPPED  := calloc
rsp_observer_WRAPPED := calloc
rsp_server_WRAPPED := signalfd ppoll realloc
owner_WRAPPED      := flock ftruncate
streams_WRAPPED    := open
devmem_WRAPPED     := calloc open fopen access mmap
wraps = $(patsubst %,-Wl$(comma)--wrap=%,$($(1)_WRAPPED))
comma := ,

UNIT_TESTS := $(patsubst tests/unit/%_test.c,%,$(sort $(wildcard tests/unit/*_test.c)))
SANITIZE   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

$(O)/asan/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -O1 -g $(SANITIZE) $(HOST_FLAGS) $(call include_of,$*) -MMD -MP -c $< -o $@

define unit_test
$(O)/unit/$(1): $(O)/asan/tests/unit/$(1)_test.o $(patsubst %.c,$(O)/asan/%.o,$($(1)_MODULES))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $(SANITIZE) $(call wraps,$(1)) $$^ -lcmocka -o $$@
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test,$(test))))

UNIT := $(UNIT_TESTS:%=$(O)/unit/%)

# --- Fuzz targets: tests/fuzz/NAME_fuzz.c, linked with NAME_FUZZED -------------------------------
#
# With gcc and a main() that replays files for "make check", with clang's libFuzzer for the rest.

agent_check_FUZZED := $(agent_check_MODULES) stub/agent.c
core3_FUZZED    := $(core3_MODULES)
describe_FUZZED := $(describe_MODULES)
image_FUZZED    := $(image_store_MODULES)
rsp_FUZZED      := $(rsp_SESSION)
service_FUZZED  := stub/service.c
agent_FUZZED    := $(actions_MODULES)

FUZZ_TARGETS := $(patsubst tests/fuzz/%_fuzz.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
FUZZ_CC      := clang-14
FUZZ_FLAGS   := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
                -fno-omit-frame-pointer

$(O)/fuzzed/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(HOST_FLAGS) \
		$(call include_of,$*) -MMD -MP -c $< -o $@

define fuzz_target
$(O)/replay/$(1): $(patsubst %.c,$(O)/asan/%.o,$(sort tests/fuzz/$(1)_fuzz.c tests/fuzz/replay.c $($(1)_FUZZED)))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $(SANITIZE) $$^ -o $$@
$(O)/fuzz/$(1): $(patsubst %.c,$(O)/fuzzed/%.o,$(sort tests/fuzz/$(1)_fuzz.c $($(1)_FUZZED)))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer $$^ -o $$@
endef
$(foreach target,$(FUZZ_TARGETS),$(eval $(call fuzz_target,$(target))))

REPLAY := $(FUZZ_TARGETS:%=$(O)/replay/%)
FUZZ   := $(FUZZ_TARGETS:%=$(O)/fuzz/%)

# --- Peers: GDB's own testsuite, and what its programs have instead of an operating system ---------

GDB_SOURCE    := /usr/src/gdb.tar.xz
PEERS_FLAGS   := -mcpu=cortex-a7 -mfpu=neon-vfpv4 -mfloat-abi=hard $(WARN)
# Without debug information: it would be about what is not the program's.
PEERS         := $(O)/peers/testsuite/unpacked $(O)/peers/start.o $(O)/peers/syscalls.o

# Its *.d have nothing to do with the ones that the Makefile looks for in $(O). callfuncs.exp compares
# all registers before and after a call, but for the counters of a RISC-V: CNTPCT is one, too.
$(O)/peers/testsuite/unpacked: $(GDB_SOURCE)
	@mkdir -p $(@D)
	$(call say,UNPACK,$(@D))tar -xJf $< -C $(O)/peers --strip-components=2 --exclude='*.d' \
		$(addprefix gdb/gdb/testsuite/,lib config gdb.base) && \
	sed -i 's/cycle.|instret/cntpct/; s/riscv\*-\*-\*/arm*-*-*/' $(@D)/gdb.base/callfuncs.exp && touch $@

$(O)/peers/start.o: tests/peers/start.S $(O)/flags
	@mkdir -p $(@D)
	$(call say,AS,$@)$(CORE3_CC) $(PEERS_FLAGS) -c $< -o $@

$(O)/peers/syscalls.o: tests/peers/syscalls.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(PEERS_FLAGS) -Os -c $< -o $@

# --- IDEs: Node, Eclipse's debug adapter and VS Code's workbench, from npm -------------------------

IDE := $(addprefix $(O)/ide/,$(addsuffix /done,node extension workbench))

$(IDE): $(O)/ide/%/done: tests/ide/setup tests/ide/%/package.json tests/ide/%/package-lock.json
	$(call say,NPM,$(@D))tests/ide/setup $* $(O)/ide

$(O)/ide/extension/done $(O)/ide/workbench/done: $(O)/ide/node/done

# --- Linux: firmware that leaves Core 3 in the wrong mode, as an old one does -----------------------

STANDIN_SVC   := $(O)/arm/firmware_standin_svc.elf
TEST_PROGRAMS += $(STANDIN_SVC)
$(STANDIN_SVC): sim/firmware_standin.S include/ampgdb/bcm283x.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,AS,$@)$(CORE3_CC) -mcpu=cortex-a7 -nostdlib -Iinclude -DSTAYS_IN_SVC \
		-Wl,-Ttext,0 $< -o $@

# --- Tiers ---------------------------------------------------------------------------------------

T    ?= 60
N    ?= 5000000
SEED ?= 1

PYTEST := AMPGDB_BUILD=$(O) $(PYTHON) -m pytest -q

# Seen from a board with 512 MiB, $(O)/512M is the build directory: links to what is built once.
LINKS_512M := $(addprefix $(O)/512M/,arm armhf bin)
$(LINKS_512M):
	@mkdir -p $(@D)
	@ln -sfn ../$(@F) $@

.PHONY: check check-unit check-boot check-sim check-sim-512M check-linux check-peers check-ide \
        check-all check-fuzz check-lint check-fresh check-oracle deps-fuzz deps-lint deps-peers \
        deps-ide deps-fresh

deps-fuzz:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_TEST) $(PACKAGES_FUZZ))
deps-lint:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_TEST) $(PACKAGES_LINT))
deps-peers:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_SIM) $(PACKAGES_TEST) $(PACKAGES_PEERS))
deps-ide:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_ARMHF) $(PACKAGES_SIM) $(PACKAGES_TEST) $(PACKAGES_IDE))
deps-fresh:
	$(call need,$(PACKAGES_TEST) $(PACKAGES_FRESH))

check: deps-test ## install what is missing, build, run the tests a contributor must pass
	@$(MAKE) --no-print-directory on-a-pc for-the-pi boot-files $(UNIT) $(REPLAY) $(TEST_PROGRAMS)
	@$(PYTEST) tests/kit tests/unit tests/boot tests/tree --ignore=tests/tree/test_lint.py \
		tests/fuzz/test_corpus.py tests/oracle tests/sim

check-unit: $(UNIT) ## the pure modules alone: seconds
	@$(PYTEST) tests/unit

check-boot: boot-files ## the boot files, boot/sdcard and boot/check: seconds
	@$(PYTEST) tests/boot

check-sim: deps-test ## stock gdb against the virtual Pi
	@$(MAKE) --no-print-directory on-a-pc for-the-pi $(TEST_PROGRAMS)
	@$(PYTEST) tests/sim

check-sim-512M: deps-test ## the same on the other kind of board
	@$(MAKE) --no-print-directory on-a-pc for-the-pi $(TEST_PROGRAMS) $(LINKS_512M)
	@AMPGDB_BOARD=512M $(PYTEST) tests/sim

SLOW_TIERS := sim-512M peers linux ide fuzz lint oracle fresh

check-all: ## the slower tiers, one after another, whatever became of those before
	@failed=; for tier in $(SLOW_TIERS); do \
		$(MAKE) --no-print-directory check-$$tier N=300000 || failed="$$failed $$tier"; \
	done; test -z "$$failed" || { echo "check-all: failed:$$failed"; exit 1; }

check-linux: deps-test deps-linux ## the whole virtual Pi: U-Boot, Linux, the bridge inside; minutes
	@$(MAKE) --no-print-directory on-a-pc linux-inputs $(TEST_PROGRAMS)
	@$(PYTEST) tests/linux

check-fuzz: deps-fuzz ## each fuzz target for T=60 seconds
	@$(MAKE) --no-print-directory $(FUZZ)
	@FUZZ_SECONDS=$(T) $(PYTEST) tests/fuzz/test_fuzz.py

check-lint: deps-lint ## formatter, spelling, shell scripts, gcc's analyzer
	@$(PYTEST) tests/tree/test_lint.py

check-oracle: deps-test ## step decoder against QEMU, N=5000000 cases a set, SEED=1
	@$(PYTHON) tests/oracle/run_step.py --cases $(N) --seed $(SEED)

check-peers: deps-peers ## GDB's own testsuite and speed, ours beside QEMU's own stub
	@$(MAKE) --no-print-directory on-a-pc $(PEERS) $(TEST_PROGRAMS)
	@$(PYTEST) tests/peers

check-ide: deps-ide deps-linux ## the recipes of .vscode: Eclipse's debug adapter, VS Code in a browser, what others send
	@$(MAKE) --no-print-directory on-a-pc $(IDE) linux-inputs
	@$(PYTEST) tests/ide

check-fresh: deps-fresh ## what is committed, on a Debian that has nothing; needs root
	@$(PYTEST) tests/fresh
