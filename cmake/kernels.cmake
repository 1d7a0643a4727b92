# One source of plain loops (models/core/kernels/simd/elementwise.inc), compiled once for each
# instruction set. These files lie in a folder of their own because weft_models takes all of
# models/core/kernels with the flags of the base instruction set.
set(kernel_folder ${CMAKE_SOURCE_DIR}/models/core/kernels/simd)
add_library(weft_kernels STATIC ${kernel_folder}/portable.cc)
target_include_directories(weft_kernels PRIVATE ${CMAKE_SOURCE_DIR})
# `omp simd` without the OpenMP library; square roots and comparisons need neither errno nor traps.
# NaN and infinity keep their meaning: nothing of -ffast-math beyond this.
target_compile_options(weft_kernels PRIVATE -fopenmp-simd -fno-math-errno -fno-trapping-math
  -ffp-contract=fast)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
  target_sources(weft_kernels PRIVATE ${kernel_folder}/avx2.cc ${kernel_folder}/avx512.cc
    ${kernel_folder}/product_avx2.cc ${kernel_folder}/product_avx512.cc
    ${kernel_folder}/integer_avx2.cc ${kernel_folder}/integer_vnni.cc)
  set_source_files_properties(${kernel_folder}/avx2.cc ${kernel_folder}/product_avx2.cc
    PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
  set_source_files_properties(${kernel_folder}/integer_avx2.cc PROPERTIES COMPILE_OPTIONS "-mavx2")
  set_source_files_properties(${kernel_folder}/integer_vnni.cc PROPERTIES COMPILE_OPTIONS
    "-mavx512f;-mavx512vnni")
  set_source_files_properties(${kernel_folder}/avx512.cc ${kernel_folder}/product_avx512.cc
    PROPERTIES COMPILE_OPTIONS
    "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mfma;-mprefer-vector-width=512")
endif()
