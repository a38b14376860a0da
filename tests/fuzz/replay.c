/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target once over each file it is given: for machines without a fuzzer, and for a
 * debugger. Stands in for libFuzzer's main().
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int replay(const char *path)
{
    uint8_t *bytes = malloc(INPUT_MAX);
    FILE *file = fopen(path, "rb");
    size_t len;

    if (!bytes || !file) {
        perror(path);
        free(bytes);
        return 1;
    }
    len = fread(bytes, 1, INPUT_MAX, file);
    fclose(file);
    bytes = realloc(bytes, len > 0 ? len : 1); /* the sanitizer knows the end now */
    LLVMFuzzerTestOneInput(bytes, len);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    int failures = 0;

    for (int i = 1; i < argc; i++)
        failures += replay(argv[i]);
    return failures > 0 || argc < 2;
}
