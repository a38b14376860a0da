/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls tick(0), tick(1), ... for ever: for test_condition_speed.py.
 */
static volatile unsigned total;

static void tick(unsigned i)
{
    total += i;
}

int main(void)
{
    for (unsigned i = 0;; i++)
        tick(i);
}
