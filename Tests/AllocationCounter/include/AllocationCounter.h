#pragma once

/// How often this thread has asked for memory since it began. The functions of malloc are replaced in the program that this
/// is linked into; 0 where the C library does not let them be.
long allocation_count(void);
