# SPDX-License-Identifier: Apache-2.0
#
# All of ampgdb. "make help" lists what a user types; everything built lands in $(O).
# V=1 shows the commands.

O              ?= build
V              ?= 0
PORT           ?= 3333
PYTHON         ?= /usr/bin/python3
CROSS_COMPILE  ?= arm-none-eabi-
ARMHF_COMPILE  ?= arm-linux-gnueabihf-
CFLAGS         ?= -O2 -g
PREFIX         ?= /usr/local
VERSION        := $(shell cat VERSION)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

ifeq ($(V),0)
say = @printf '  %-8s%s\n' '$(1)' '$(2)';
else
say =
endif

# Debian 12 packages that the targets need. $(call need,...) installs what is missing; where there is
# no dpkg, the user has seen to it.
PACKAGES_BUILD := gcc libc6-dev gcc-arm-none-eabi binutils-arm-none-eabi
PACKAGES_ARMHF := gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
PACKAGES_SIM   := python3 qemu-system-arm gdb-multiarch
PACKAGES_TEST  := python3-pytest libcmocka-dev qemu-user
PACKAGES_FUZZ  := clang-14 libclang-rt-14-dev
PACKAGES_LINT  := clang-format-14 codespell shellcheck
PACKAGES_PEERS := gdb-source xz-utils dejagnu expect libnewlib-arm-none-eabi
PACKAGES_FRESH := debootstrap
# npm only where there is none: Debian's would replace a Node from elsewhere.
PACKAGES_IDE   := chromium fonts-dejavu-core g++ ripgrep $(if $(shell command -v npm),,npm)

define need
@command -v dpkg-query > /dev/null || exit 0; \
missing=$$(for p in $(1); do dpkg-query -W -f '$${Status}\n' $$p 2>/dev/null | \
	grep -q 'ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then \
	if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
	echo "Installing:" $$missing; \
	$$as apt-get update -q && \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		-o DPkg::Lock::Timeout=600 $$missing; \
fi
endef

# --- C on both sides -----------------------------------------------------------------------------

WARN := -std=c11 -Wall -Wextra -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wconversion -Wno-sign-conversion
ifdef CI
WARN += -Werror
endif
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=.

# What each folder may see of the others, enforced by what it is given.
INC_host   := -Iinclude
INC_bridge := -Iinclude -Ihost
INC_loader := -Iinclude -Ihost
INC_stub   := -Iinclude
INC_tests  := -Iinclude -Ihost -Ibridge -Istub -Itests/kit
folder_of   = $(firstword $(subst /, ,$(1)))
include_of  = $(INC_$(call folder_of,$(1)))

# Flags are a prerequisite of everything compiled with them.
flags_now := $(CC)|$(CFLAGS)|$(WARN)|$(CROSS_COMPILE)|$(ARMHF_COMPILE)|$(VERSION)
$(O)/flags: force
	@mkdir -p $(@D); echo '$(flags_now)' | cmp -s - $@ || echo '$(flags_now)' > $@
force:
.PHONY: force

# --- Core 3: stub and firmware -------------------------------------------------------------------

CORE3_CC     := $(CROSS_COMPILE)gcc
CORE3_FLAGS  := -mcpu=cortex-a7 -mgeneral-regs-only -mno-unaligned-access -ffreestanding \
                -fno-common -g $(WARN) $(REPRODUCIBLE) \
                -Wa,--debug-prefix-map=$(CURDIR)=.
STUB_FLAGS   := $(CORE3_FLAGS) -Os -mthumb -mthumb-interwork -fpie -fvisibility=hidden \
                -ffunction-sections -fdata-sections -fstack-usage -Wstack-usage=512
STUB_SRC     := $(sort $(wildcard stub/*.c stub/*.S))
STUB_OBJ     := $(STUB_SRC:%=$(O)/arm/%.o)

$(O)/arm/stub/%.c.o: stub/%.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(STUB_FLAGS) $(INC_stub) -MMD -MP -c $< -o $@

$(O)/arm/stub/%.S.o: stub/%.S $(O)/flags
	@mkdir -p $(@D)
	$(call say,AS,$@)$(CORE3_CC) $(STUB_FLAGS) $(INC_stub) -MMD -MP -c $< -o $@

$(O)/arm/stub.ld: stub/stub.ld stub/frame.h include/ampgdb/memmap.h
	@mkdir -p $(@D)
	$(call say,CPP,$@)$(CORE3_CC) -E -P -x c $(INC_stub) -Istub $< -o $@

$(O)/arm/stub.elf: $(STUB_OBJ) $(O)/arm/stub.ld
	$(call say,LD,$@)$(CORE3_CC) -mcpu=cortex-a7 -nostdlib -Wl,-pie,--no-dynamic-linker,-z,notext \
		-Wl,--gc-sections,-T,$(O)/arm/stub.ld,-Map=$(O)/arm/stub.map $(STUB_OBJ) -o $@

$(O)/arm/stub.bin: $(O)/arm/stub.elf
	$(call say,OBJCOPY,$@)$(CROSS_COMPILE)objcopy -O binary $< $@

# The stub's image as a C array, so that one program file is all a Pi needs.
$(O)/gen/stub_image.c: $(O)/arm/stub.bin
	@mkdir -p $(@D)
	$(call say,GEN,$@){ echo '#include "stub_image.h"'; \
		echo 'const uint32_t stub_image[] = {'; \
		od -An -v -t x4 $< | sed 's/ *\([0-9a-f]\{8\}\)/0x\1,/g'; \
		echo '};'; \
		echo 'const size_t stub_image_words = sizeof stub_image / sizeof stub_image[0];'; } > $@

include firmware/firmware.mk

# --- Linux: bridge and loader, here and for the Pi -----------------------------------------------

HOST_FLAGS := $(WARN) $(REPRODUCIBLE) -D_GNU_SOURCE -DAMPGDB_VERSION='"$(VERSION)"'
HOST_SRC   := $(sort $(wildcard host/*.c))
BRIDGE_SRC := $(sort $(wildcard bridge/*.c))
LOADER_SRC := $(sort $(wildcard loader/*.c))

$(O)/host/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS) $(HOST_FLAGS) $(call include_of,$*) -MMD -MP -c $< -o $@

$(O)/armhf/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(ARMHF_COMPILE)gcc -O2 -g $(HOST_FLAGS) $(call include_of,$*) -MMD -MP \
		-c $< -o $@

$(O)/host/stub_image.o: $(O)/gen/stub_image.c
	$(call say,CC,$@)$(CC) $(CFLAGS) $(HOST_FLAGS) -Ihost -c $< -o $@

$(O)/armhf/stub_image.o: $(O)/gen/stub_image.c
	$(call say,CC,$@)$(ARMHF_COMPILE)gcc -O2 $(HOST_FLAGS) -Ihost -c $< -o $@

objects = $(patsubst %.c,$(O)/$(1)/%.o,$(HOST_SRC) $(2)) $(O)/$(1)/stub_image.o

$(O)/bin/ampgdb-bridge: $(call objects,host,$(BRIDGE_SRC))
$(O)/bin/loadmetal: $(call objects,host,$(LOADER_SRC))
$(O)/bin/ampgdb-bridge $(O)/bin/loadmetal:
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@

$(O)/armhf/ampgdb-bridge: $(call objects,armhf,$(BRIDGE_SRC))
$(O)/armhf/loadmetal: $(call objects,armhf,$(LOADER_SRC))
$(O)/armhf/ampgdb-bridge $(O)/armhf/loadmetal:
	$(call say,LD,$@)$(ARMHF_COMPILE)gcc -static $^ -o $@

# --- The virtual Pi ------------------------------------------------------------------------------

$(O)/arm/firmware_standin.elf: sim/firmware_standin.S include/ampgdb/bcm283x.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,AS,$@)$(CORE3_CC) -mcpu=cortex-a7 -nostdlib -Iinclude -Wl,-Ttext,0 $< -o $@

# --- What the card needs --------------------------------------------------------------------------

include boot/boot.mk

# --- What it all becomes -------------------------------------------------------------------------

PROGRAMS := $(O)/bin/ampgdb-bridge $(O)/bin/loadmetal
ARMHF    := $(O)/armhf/ampgdb-bridge $(O)/armhf/loadmetal
STANDIN  := $(O)/arm/firmware_standin.elf

.PHONY: on-a-pc for-the-pi
on-a-pc: $(PROGRAMS) $(FIRMWARE) $(STANDIN)
	@:
for-the-pi: $(ARMHF)
	@:

# --- Tests ---------------------------------------------------------------------------------------

include tests/tests.mk

# --- What a user types ---------------------------------------------------------------------------

include sim/linux.mk

.PHONY: install all programs armhf deps-build deps-armhf deps-sim deps-test demo sim check check-all \
        size fmt clean help

all: deps-armhf ## everything that can be built here (default)
	@$(MAKE) --no-print-directory on-a-pc for-the-pi

programs: deps-build ## the same but for the Pi's programs: bridge, loader, and blink for both kinds of board
	@$(MAKE) --no-print-directory on-a-pc

armhf: deps-armhf ## the two programs for the Pi, static, in build/armhf
	@$(MAKE) --no-print-directory for-the-pi

deps-build:
	$(call need,$(PACKAGES_BUILD))
deps-armhf:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_ARMHF))
deps-sim:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_SIM))
deps-test:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_ARMHF) $(PACKAGES_SIM) $(PACKAGES_TEST))

demo: deps-sim ## see it work, no Pi needed: load, break, step, inspect blink on a virtual Pi
	@$(MAKE) --no-print-directory on-a-pc
	@$(PYTHON) sim/demo.py --build $(O)

sim: deps-sim ## a virtual Pi and the bridge in the foreground, PORT=3333; ends on Ctrl-C
	@$(MAKE) --no-print-directory on-a-pc
	@exec $(PYTHON) sim/virtual_pi.py --build $(O) --port $(PORT)

size: $(O)/arm/stub.elf ## code, constants and stack of the stub
	@$(CROSS_COMPILE)size -A $< | awk '$$1 ~ /^\.(text|rodata|rel|data|vector)/ {sum += $$2; print "  " $$1, $$2} \
		END {printf "  stub: %d bytes of code and constants (budget 24576)\n", sum; exit sum > 24576}'

install: deps-build ## the two programs for this machine, under DESTDIR and PREFIX
	@$(MAKE) --no-print-directory on-a-pc
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin

fmt: ## format the C sources
	clang-format -i $$(git ls-files '*.c' '*.h')

clean: ## remove build/
	rm -rf $(O)

help: ## this list
	@sed -n 's/^\([a-zA-Z0-9-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile boot/boot.mk sim/linux.mk tests/tests.mk | \
		awk -F'|' '{printf "%-22s%s\n", $$1, $$2}'

# Not those of other people's trees.
-include $(shell find $(O) \( -path $(O)/ide -o -path $(O)/fresh \) -prune -o -name '*.d' -print 2>/dev/null)
