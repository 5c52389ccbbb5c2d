#include "KernelClones.h"

#if defined(__x86_64__)
#define KERNEL_TARGET __attribute__((target("arch=x86-64-v3")))
int kernel_clone_is_supported_v3(void) { return __builtin_cpu_supports("x86-64-v3"); }
#else
#define KERNEL_TARGET
int kernel_clone_is_supported_v3(void) { return 1; }
#endif
#define KERNEL(name) v3_##name

#include "KernelLoops.h"
