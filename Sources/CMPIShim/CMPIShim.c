#include <mpi.h>
#include "CMPIShim.h"
