# SPDX-License-Identifier: Apache-2.0
#
# Unit tests are built with the address and undefined-behaviour sanitizers from the product's own
# sources. NAME_MODULES lists what tests/unit/NAME_test.c is linked with.

step_MODULES       := stub/step.c stub/step_arm.c stub/step_thumb.c
ring_MODULES       :=
regions_MODULES    := stub/regions.c stub/local.c
breakpoints_MODULES := stub/breakpoints.c
image_MODULES      := host/image.c host/error.c
layout_MODULES     := host/layout.c host/error.c
core3_MODULES      := tests/unit/fake_machine.c host/core3.c host/core3_link.c host/core3_boot.c \
                      host/core3_explain.c host/layout.c host/owner.c host/error.c
describe_MODULES   := host/core3_describe.c host/core3_explain.c host/error.c
deadline_MODULES   := host/deadline.c
physmem_MODULES    := host/physmem.c host/physmem_sim.c host/physmem_devmem.c host/qtest.c \
                      host/linux_facts.c host/error.c

rsp_SESSION := $(filter-out bridge/main.c bridge/server.c bridge/listener.c bridge/connection.c, \
                 $(sort $(wildcard bridge/*.c))) host/error.c tests/kit/fake_core3.c
rsp_packet_MODULES     := bridge/rsp_packet.c bridge/rsp_text.c
rsp_session_MODULES    := $(rsp_SESSION) tests/kit/rsp_client.c
rsp_hostile_MODULES    := $(rsp_session_MODULES)
rsp_server_MODULES     := $(rsp_SESSION) bridge/server.c bridge/listener.c bridge/connection.c
rsp_parts_MODULES      := bridge/rsp_packet.c bridge/rsp_text.c bridge/ranges.c bridge/line_cache.c \
                          bridge/listener.c bridge/trace.c bridge/backoff.c host/error.c

UNIT_TESTS := $(patsubst tests/unit/%_test.c,%,$(sort $(wildcard tests/unit/*_test.c)))
SANITIZE   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

$(O)/asan/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -O1 -g $(SANITIZE) $(HOST_FLAGS) $(call include_of,$*) -MMD -MP -c $< -o $@

define unit_test
$(O)/unit/$(1): $(O)/asan/tests/unit/$(1)_test.o $(patsubst %.c,$(O)/asan/%.o,$($(1)_MODULES))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $(SANITIZE) $$^ -lcmocka -o $$@
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test,$(test))))

UNIT := $(UNIT_TESTS:%=$(O)/unit/%)

PYTEST := AMPGDB_BUILD=$(O) $(PYTHON) -m pytest -q

.PHONY: check-unit check-sim check-all

check: deps-test ## install what is missing, build, run the tests a contributor must pass
	@$(MAKE) --no-print-directory all $(UNIT) $(TEST_PROGRAMS)
	@$(PYTEST) tests/kit tests/unit tests/sim

check-unit: $(UNIT) ## the pure modules alone: seconds
	@$(PYTEST) tests/unit

check-sim: all $(TEST_PROGRAMS) ## stock gdb against the virtual Pi
	@$(PYTEST) tests/sim

check-all: ## the slower tiers
	@true
