#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H
#endif
