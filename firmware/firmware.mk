# SPDX-License-Identifier: Apache-2.0
#
# Programs for Core 3: the examples (FIRMWARE) and the small ones that only tests need
# (TEST_PROGRAMS: tests/sim/programs/NAME.S brings its own _start, NAME.c a kernel_main; the names in
# IN_THUMB_TOO also become NAME-thumb.elf).

# Each is linked twice: for boards with 1 GiB, and under $(O)/512M for those with 512 MiB.
FIRMWARE := $(O)/firmware/blink.elf $(O)/firmware/blink-thumb.elf $(O)/firmware/blink.bin

TEST_PROGRAMS := $(patsubst tests/sim/programs/%,$(O)/programs/%.elf, \
                   $(basename $(wildcard tests/sim/programs/*.[cS])))
IN_THUMB_TOO  := watched counting loops floats wrongs handlers kilohertz
TEST_PROGRAMS += $(IN_THUMB_TOO:%=$(O)/programs/%-thumb.elf)

FIRMWARE      += $(FIRMWARE:$(O)/%=$(O)/512M/%)
TEST_PROGRAMS += $(TEST_PROGRAMS:$(O)/%=$(O)/512M/%)

# -O0, because these exist to be stepped through, and every line and local should be there.
INC_firmware    := -Iinclude -Ifirmware
FIRMWARE_FLAGS  := $(CORE3_FLAGS) -O0 -g3 $(INC_firmware)
FIRMWARE_LD     := $(O)/firmware/program.ld
FIRMWARE_LINK    = $(CORE3_CC) -mcpu=cortex-a7 -nostdlib -Wl,-z,max-page-size=4096 \
                   -Wl,-T,$(filter %.ld,$^) $(filter %.o,$^) -o $@

$(FIRMWARE_LD): firmware/program.ld include/ampgdb/memmap.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,CPP,$@)$(CORE3_CC) -E -P -x c $(INC_firmware) $< -o $@

$(O)/512M/program.ld: firmware/program.ld include/ampgdb/memmap.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,CPP,$@)$(CORE3_CC) -E -P -x c $(INC_firmware) -DBOARD_BASE=AMPGDB_BASE_512M $< -o $@

$(O)/arm/firmware/%.o: firmware/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -marm -MMD -MP -c $< -o $@

$(O)/thumb/firmware/%.o: firmware/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -mthumb -MMD -MP -c $< -o $@

$(O)/arm/programs/%.o: tests/sim/programs/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -marm -MMD -MP -c $< -o $@

$(O)/thumb/programs/%.o: tests/sim/programs/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -mthumb -MMD -MP -c $< -o $@

$(O)/arm/programs/floats.c.o $(O)/thumb/programs/floats.c.o: \
	FIRMWARE_FLAGS := $(FIRMWARE_FLAGS:-mgeneral-regs-only=-mfpu=neon-vfpv4 -mfloat-abi=hard)

define firmware_rules
$(1)/firmware/%.elf: $(O)/arm/firmware/start.S.o $(O)/arm/firmware/%.c.o $(2)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(FIRMWARE_LINK)

$(1)/firmware/%-thumb.elf: $(O)/arm/firmware/start.S.o $(O)/thumb/firmware/%.c.o $(2)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(FIRMWARE_LINK)

$(1)/firmware/%.bin: $(1)/firmware/%.elf
	$$(call say,OBJCOPY,$$@)$$(CROSS_COMPILE)objcopy -O binary $$< $$@

$(1)/programs/%.elf: $(O)/arm/programs/%.S.o $(2)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(FIRMWARE_LINK)

$(1)/programs/%.elf: $(O)/arm/firmware/start.S.o $(O)/arm/programs/%.c.o $(2)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(FIRMWARE_LINK)

$(1)/programs/%-thumb.elf: $(O)/thumb/programs/%.S.o $(2)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(FIRMWARE_LINK)

$(1)/programs/%-thumb.elf: $(O)/arm/firmware/start.S.o $(O)/thumb/programs/%.c.o $(2)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(FIRMWARE_LINK)
endef
$(eval $(call firmware_rules,$(O),$(FIRMWARE_LD)))
$(eval $(call firmware_rules,$(O)/512M,$(O)/512M/program.ld))
