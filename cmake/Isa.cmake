# fastcnn_isa(target): compile flags by file name. `x86_avx2.cpp` is built for AVX2 and FMA,
# `x86_avx512.cpp` for AVX-512, everything else for the base ISA of the architecture, so that one
# binary runs everywhere and picks its kernels at run time (src/cpp/cpu/isa.h).
#
# -ffp-contract=off: a * b + c is rounded once only where the source says fma().
#
# -fno-exceptions: kernels do not throw, and without it an unoptimised object refers weakly to the
# C++ personality routine.

set(FASTCNN_AVX2_FLAGS -fno-exceptions -mavx2 -mfma -mf16c)
set(FASTCNN_AVX512_FLAGS
  -fno-exceptions -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx2 -mfma -mf16c)

function(fastcnn_isa target)
  # Sanitizers slow the optimiser down a great deal, and find more in code it has not rearranged.
  # Line tables are all their reports need: to track variables takes as long as to compile.
  if(FASTCNN_SANITIZE)
    target_compile_options(${target} PRIVATE -O1 -g1 -ffp-contract=off)
  else()
    target_compile_options(${target} PRIVATE -O3 -ffp-contract=off)
  endif()

  string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
  if(processor MATCHES "x86_64|amd64")
    target_compile_definitions(${target} PUBLIC FASTCNN_HAVE_AVX2=1)
    if(FASTCNN_AVX512)
      target_compile_definitions(${target} PUBLIC FASTCNN_HAVE_AVX512=1)
    endif()
  elseif(processor MATCHES "aarch64|arm64")
    target_compile_definitions(${target} PUBLIC FASTCNN_HAVE_NEON=1)
  endif()

  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME)
    if(name MATCHES "^x86_" AND NOT processor MATCHES "x86_64|amd64")
      set_source_files_properties("${source}" PROPERTIES HEADER_FILE_ONLY ON)
    elseif(name MATCHES "^arm_" AND NOT processor MATCHES "aarch64|arm64")
      set_source_files_properties("${source}" PROPERTIES HEADER_FILE_ONLY ON)
    elseif(name STREQUAL "x86_avx512.cpp" AND NOT FASTCNN_AVX512)
      set_source_files_properties("${source}" PROPERTIES HEADER_FILE_ONLY ON)
    elseif(name STREQUAL "x86_avx2.cpp")
      set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS "${FASTCNN_AVX2_FLAGS}")
    elseif(name STREQUAL "x86_avx512.cpp")
      # g++ 12 reports a false -Wuninitialized inside its own AVX-512 header.
      set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS
        "${FASTCNN_AVX512_FLAGS};-Wno-uninitialized;-Wno-maybe-uninitialized")
    endif()
  endforeach()
endfunction()
