# SPDX-License-Identifier: Apache-2.0
#
# The whole virtual Pi: its packages, its SD card, and running it.

PACKAGES_LINUX := mtools e2fsprogs fdisk kmod cpio fakeroot qemu-utils qemu-user openssh-client

LINUX     := $(O)/linux
CARD      := $(LINUX)/card.img
CARD_BOOT := $(O)/boot/pi2/uboot/fw_env.config
CARD_SRC  := sim/linux_card.py $(shell find sim/linux -type f)

$(LINUX)/apt/manifest: sim/linux_packages.py
	$(call say,APT,$@)$(PYTHON) $< $(@D)

$(LINUX)/ssh/key $(LINUX)/ssh/key.pub &:
	@mkdir -p $(@D)
	$(call say,KEYGEN,$(LINUX)/ssh/key)rm -f $(LINUX)/ssh/key*; \
		ssh-keygen -q -t ed25519 -N '' -C virtual-pi -f $(LINUX)/ssh/key

$(CARD): $(CARD_SRC) $(LINUX)/apt/manifest $(LINUX)/ssh/key.pub $(ARMHF) $(FIRMWARE) $(CARD_BOOT)
	$(call say,CARD,$@)$(PYTHON) sim/linux_card.py --build $(O)

.PHONY: card sim-linux demo-linux linux-inputs deps-linux known-flow
deps-linux:
	$(call need,$(PACKAGES_BUILD) $(PACKAGES_ARMHF) $(PACKAGES_SIM) $(PACKAGES_BOOT) $(PACKAGES_LINUX))

linux-inputs: $(CARD) boot-files $(STANDIN) $(FIRMWARE)

# The packages are fetched once, into $(LINUX)/apt; to have newer ones, remove that.
card: deps-linux ## the SD card of the whole virtual Pi, from Debian's packages for armhf
	@$(MAKE) --no-print-directory linux-inputs

# FLOW as in boot.mk: cmdline, overlay, or uboot, which is the articles' way and takes longer. Checked
# before the card is built, which takes minutes.
known-flow:
	@case '$(FLOW)' in cmdline | overlay | uboot) ;; *) \
		echo 'FLOW=$(FLOW) is unknown: say cmdline (no U-Boot), overlay or uboot' >&2; exit 1;; esac

sim-linux: known-flow deps-linux ## the whole virtual Pi and a root shell on it, PORT=3333, FLOW= as for sdcard; ends on poweroff, Ctrl-A x
	@$(MAKE) --no-print-directory linux-inputs
	@exec $(PYTHON) sim/linux_pi.py --build $(O) --port $(PORT) --flow $(FLOW)

demo-linux: known-flow deps-linux ## the demo again, with Linux on the other cores, FLOW= as for sdcard
	@$(MAKE) --no-print-directory linux-inputs
	@$(PYTHON) sim/demo.py --build $(O) --linux $(FLOW)
