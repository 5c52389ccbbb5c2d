#include "KernelClones.h"

#define KERNEL_TARGET
#define KERNEL(name) baseline_##name

#include "KernelLoops.h"
