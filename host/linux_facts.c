/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * See linux_facts.h. Formats: Devicetree Specification, 2.3.1 ("compatible"); Linux,
 * Documentation/filesystems/proc.rst ("iomem") and admin-guide/cputopology.rst ("online").
 */
#include "linux_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The property is a list of C strings, the board first, the chip last. */
int facts_check_chip(const char *compatible_path, struct error *error)
{
    static const char *const chips[] = {"brcm,bcm2836", "brcm,bcm2837", "brcm,bcm2710"};
    char list[256];
    FILE *file = fopen(compatible_path, "re");
    const size_t size = file ? fread(list, 1, sizeof list - 1, file) : 0;

    if (file)
        fclose(file);
    list[size] = '\0';
    for (const char *name = list; name < list + size; name += strlen(name) + 1)
        for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++)
            if (strcmp(name, chips[i]) == 0)
                return 0;
    return error_set(
        error, -HOST_EFAIL,
        "this machine is not a Raspberry Pi 2, 3 or Zero 2 W%s%s: run this on one, or on "
        "a virtual Pi (make sim, then --memory sim:DIR)",
        size > 0 ? " but " : "", list);
}

/* "00000000-1fffffff : System RAM": the last address, or 0 for any other line. */
static uint64_t end_of_ram_line(const char *line)
{
    char *end;
    uint64_t last;

    if (!strstr(line, " : System RAM"))
        return 0;
    strtoull(line, &end, 16);
    if (*end != '-')
        return 0;
    last = strtoull(end + 1, &end, 16);
    return *end == ' ' ? last : 0;
}

int facts_ram_end(const char *iomem_path, uint32_t *ram_end, struct error *error)
{
    FILE *file = fopen(iomem_path, "re");
    char line[256];

    if (!file)
        return error_set(error, -HOST_EFAIL, "cannot read %s: %s", iomem_path, strerror(errno));
    *ram_end = 0;
    while (fgets(line, sizeof line, file)) {
        const uint64_t last = end_of_ram_line(line);

        if (last < UINT32_MAX && last + 1 > *ram_end && last > 0)
            *ram_end = (uint32_t)last + 1;
    }
    fclose(file);
    if (*ram_end == 0)
        return error_set(error, -HOST_EFAIL,
                         "%s does not say which RAM Linux uses, so none can be taken safely: run "
                         "this with sudo",
                         iomem_path);
    return 0;
}

/* Is the number in a list like "0-2,5"? -1: this is no such list. */
static int is_in_list(const char *list, unsigned long number)
{
    while (*list >= '0' && *list <= '9') {
        char *end;
        const unsigned long first = strtoul(list, &end, 10);
        const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

        if (number >= first && number <= last)
            return 1;
        if (*end == '\n' || *end == '\0')
            return 0;
        list = end + 1;
    }
    return -1;
}

int facts_core(const char *online_path, unsigned core, struct error *error)
{
    FILE *file = fopen(online_path, "re");
    char list[256] = "";
    int result = -1;

    if (file) {
        if (fgets(list, sizeof list, file))
            result = is_in_list(list, core);
        fclose(file);
    }
    if (result < 0)
        return error_set(error, -HOST_EFAIL,
                         "cannot tell from %s which cores Linux uses: is sysfs mounted at /sys?",
                         online_path);
    return result;
}
