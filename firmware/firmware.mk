# SPDX-License-Identifier: Apache-2.0
#
# Programs for Core 3: the examples (FIRMWARE) and the small ones that only tests need
# (TEST_PROGRAMS: tests/sim/programs/NAME.S brings its own _start, NAME.c a kernel_main).

FIRMWARE := $(O)/firmware/blink.elf $(O)/firmware/blink-thumb.elf $(O)/firmware/blink.bin

TEST_PROGRAMS := $(patsubst tests/sim/programs/%,$(O)/programs/%.elf, \
                   $(basename $(wildcard tests/sim/programs/*.[cS])))

# -O0, because these exist to be stepped through, and every line and local should be there.
INC_firmware    := -Iinclude -Ifirmware
FIRMWARE_FLAGS  := $(CORE3_FLAGS) -O0 -g3 $(INC_firmware)
FIRMWARE_LD     := $(O)/firmware/program.ld
FIRMWARE_LINK    = $(CORE3_CC) -mcpu=cortex-a7 -nostdlib -Wl,-z,max-page-size=4096 \
                   -Wl,-T,$(FIRMWARE_LD) $(filter %.o,$^) -o $@

$(FIRMWARE_LD): firmware/program.ld include/ampgdb/memmap.h $(O)/flags
	@mkdir -p $(@D)
	$(call say,CPP,$@)$(CORE3_CC) -E -P -x c $(INC_firmware) $< -o $@

$(O)/arm/firmware/%.o: firmware/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -marm -MMD -MP -c $< -o $@

$(O)/thumb/firmware/%.o: firmware/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -mthumb -MMD -MP -c $< -o $@

$(O)/arm/programs/%.o: tests/sim/programs/% $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CORE3_CC) $(FIRMWARE_FLAGS) -marm -MMD -MP -c $< -o $@

$(O)/firmware/%.elf: $(O)/arm/firmware/start.S.o $(O)/arm/firmware/%.c.o $(FIRMWARE_LD)
	$(call say,LD,$@)$(FIRMWARE_LINK)

$(O)/firmware/%-thumb.elf: $(O)/arm/firmware/start.S.o $(O)/thumb/firmware/%.c.o $(FIRMWARE_LD)
	$(call say,LD,$@)$(FIRMWARE_LINK)

$(O)/firmware/%.bin: $(O)/firmware/%.elf
	$(call say,OBJCOPY,$@)$(CROSS_COMPILE)objcopy -O binary $< $@

$(O)/programs/%.elf: $(O)/arm/programs/%.S.o $(FIRMWARE_LD)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(FIRMWARE_LINK)

$(O)/programs/%.elf: $(O)/arm/firmware/start.S.o $(O)/arm/programs/%.c.o $(FIRMWARE_LD)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(FIRMWARE_LINK)
