# SPDX-License-Identifier: Apache-2.0
#
# Comfortable settings for a session with ampgdb-bridge:
#
#     gdb-multiarch -x gdbinit/ampgdb.gdb build/firmware/blink.elf
#
# Nothing needs this file: stock settings work.

# Long listings scroll through, questions are answered yes: fit for copying a session into a report.
set pagination off
set confirm off

# A structure on several lines, an array with its indices.
set print pretty on
set print array-indexes on

# Keep the commands of earlier sessions.
set history save on

# At each stop also show the instruction that comes next: on bare metal that is often the question.
set disassemble-next-line auto

# Attach to the bridge on this machine: "pi", or "pi 3334" for another port.
define pi
    if $argc == 0
        target remote 127.0.0.1:3333
    end
    if $argc == 1
        target remote 127.0.0.1:$arg0
    end
end
document pi
Attach to ampgdb-bridge on this machine.
Usage: pi [PORT]
PORT is 3333 when it is not given.
end

# Load the file again and let it run from its start to kernel_main: the usual round trip after make.
define again
    load
    tbreak kernel_main
    continue
end
document again
Load the program again and run it to kernel_main.
end

# "info registers" shows every register that is no floating-point one, in GDB's opinion of what is general.
define regs
    info registers r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr pc cpsr
end
document regs
Show r0 to r12, sp, lr, pc and cpsr alone.
"info registers" takes float, banked, system and stop for the others.
end
