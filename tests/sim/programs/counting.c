/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls tick(0), tick(1), ... for ever: for breakpoints that look at what is going on.
 */
#include <stddef.h>

#include "start.h"

#define BAD_AT 50 /* the cursor points to memory of Linux then */

struct item {
    int value;
    char letter;
    signed char negative;
    unsigned short half;
    long long big;
    const char *name;
};

struct item items[] = {
    {-10, 'a', -1, 0xFFFE, -123456789012345, "apple"},
    {20, 'b', -2, 0x8000, 0x123456789ABCDEF, "pear tree"},
    {30, 'c', 3, 7, 5000000000, "plum"},
};

struct item *volatile cursor = items;
struct item *volatile bad = (struct item *)0x1000;
volatile unsigned total;

static void f0(unsigned i)
{
    total += i;
}
static void f1(unsigned i)
{
    total += i;
}
static void f2(unsigned i)
{
    total += i;
}
static void f3(unsigned i)
{
    total += i;
}
static void f4(unsigned i)
{
    total += i;
}
static void f5(unsigned i)
{
    total += i;
}
static void f6(unsigned i)
{
    total += i;
}
static void f7(unsigned i)
{
    total += i;
}
static void f8(unsigned i)
{
    total += i;
}
static void f9(unsigned i)
{
    total += i;
}

static void tick(unsigned i)
{
    total += i;
    bad = i == BAD_AT ? (struct item *)0x1000 : cursor;
}

void kernel_main(void)
{
    void (*const functions[])(unsigned) = {f0, f1, f2, f3, f4, f5, f6, f7, f8, f9};

    for (unsigned i = 0;; i++) {
        cursor = &items[i % (sizeof items / sizeof items[0])];
        for (size_t n = 0; n < sizeof functions / sizeof functions[0]; n++)
            functions[n](i);
        tick(i);
    }
}
