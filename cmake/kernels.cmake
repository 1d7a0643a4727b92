add_library(weft_kernels INTERFACE)
