#include "CStableKernels.h"

// One binary for every processor: the clone is chosen when the program starts. All give the same bits.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define KERNEL_TARGET __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL_TARGET
#endif
#define KERNEL(name) mckean_##name

#include "KernelLoops.h"
