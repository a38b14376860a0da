# SPDX-License-Identifier: Apache-2.0
#
# What makes a Pi give up Core 3, for each kind of board in $(O)/boot/BOARD: three flows, of which a
# card takes one. The templates are boot/FLOW/NAME.in.

PACKAGES_BOOT := u-boot-tools device-tree-compiler
PACKAGES_TEST += $(PACKAGES_BOOT) libubootenv-tool busybox

BOARDS   := pi2 pi3 zero2w
BOOT_OUT := $(addprefix $(O)/boot/,$(foreach board,$(BOARDS),$(addprefix $(board)/, \
              uboot/config.txt uboot/boot.cmd uboot/boot.scr uboot/uboot.env uboot/fw_env.config \
              cmdline/cmdline.txt cmdline/config.txt \
              overlay/cmdline.txt overlay/config.txt overlay/ampgdb.dtbo)))

# CONFIG_ENV_SIZE of U-Boot's rpi_2 and rpi_3_32b, as fw_env.config says it.
UBOOT_ENV_SIZE = $(shell sed -n 's/^[^\#].* //p' boot/uboot/fw_env.config.in)

$(O)/boot/%/values: boot/values.in include/ampgdb/memmap.h include/ampgdb/bcm283x.h
	@mkdir -p $(@D)
	$(call say,CPP,$@)$(CC) -E -P -x c -Iinclude -DBOARD_$* $< -o $@

define boot_rules
$(O)/boot/$(1)/%: boot/%.in boot/fill $(O)/boot/$(1)/values
	@mkdir -p $$(@D)
	$$(call say,FILL,$$@)boot/fill $(O)/boot/$(1)/values $$< > $$@
endef
$(foreach board,$(BOARDS),$(eval $(call boot_rules,$(board))))

# No date in the image: the same input gives the same file.
%/uboot/boot.scr: %/uboot/boot.cmd boot/boot.mk
	$(call say,MKIMAGE,$@)SOURCE_DATE_EPOCH=0 mkimage -A arm -O linux -T script -C none \
		-n ampgdb -d $< $@ > /dev/null

%/uboot/uboot.env: %/uboot/uboot-env boot/boot.mk
	$(call say,MKENV,$@)mkenvimage -s $(UBOOT_ENV_SIZE) -o $@ $<

%/overlay/ampgdb.dtbo: %/overlay/ampgdb.dts boot/boot.mk
	$(call say,DTC,$@)dtc -@ -Wno-ranges_format -Wno-avoid_default_addr_size -I dts -O dtb -o $@ $<

.PHONY: boot boot-files deps-boot sdcard

deps-boot:
	$(call need,gcc $(PACKAGES_BOOT))

boot-files: $(BOOT_OUT)
	@:

boot: deps-boot ## files that make a Pi give up Core 3, in build/boot/BOARD
	@$(MAKE) --no-print-directory boot-files

FLOW  ?= cmdline
UBOOT ?=

sdcard: boot ## onto a card: OUT=DIR, BOARD=pi2, pi3 or zero2w, FLOW=cmdline, overlay or uboot
	@BUILD='$(O)' BOARD='$(BOARD)' FLOW='$(FLOW)' OUT='$(OUT)' UBOOT='$(UBOOT)' boot/sdcard
