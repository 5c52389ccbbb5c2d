#include "KernelClones.h"

#if defined(__x86_64__)
#define KERNEL_TARGET __attribute__((target("arch=x86-64-v4")))
int kernel_clone_is_supported_v4(void) { return __builtin_cpu_supports("x86-64-v4"); }
#else
#define KERNEL_TARGET
int kernel_clone_is_supported_v4(void) { return 1; }
#endif
#define KERNEL(name) v4_##name

#include "KernelLoops.h"
