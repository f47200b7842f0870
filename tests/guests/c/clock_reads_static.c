// The same without a dynamic loader: a static program finds the functions of the vDSO by itself.
#include "clock_reads.c"
