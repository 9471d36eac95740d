# The CUDA backend: _cuda where nvcc is, _cuda_emu (the same sources, run by the emulator of
# tests/cuda) where FASTCNN_CUDA_EMULATION asks for it. docs/cuda.md tells more.

# An install takes what it finds; a build tree, which is built many times a day, what it is asked for.
if(SKBUILD)
  set(by_default AUTO)
else()
  set(by_default OFF)
endif()
set(FASTCNN_CUDA ${by_default} CACHE STRING "The CUDA module: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE FASTCNN_CUDA PROPERTY STRINGS AUTO ON OFF)
option(FASTCNN_CUDA_WHEELS "Take nvcc from the PyPI wheels of the Python that builds" OFF)
option(FASTCNN_CUDA_EMULATION "Build the emulated CUDA module, for tests" OFF)

file(GLOB_RECURSE FASTCNN_CUDA_HOST CONFIGURE_DEPENDS src/cuda/*.cpp)
file(GLOB_RECURSE FASTCNN_CUDA_KERNELS CONFIGURE_DEPENDS src/cuda/*.cu)
set(FASTCNN_CUDA_BINDINGS
  src/bindings/convert/arrays.cpp src/bindings/convert/graph.cpp src/bindings/register_errors.cpp)

# Machine code for 8.x and PTX, from which the driver makes the rest at the first use: a build that
# was not asked for CUDA must not take minutes. ON makes machine code for all of them.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  if(FASTCNN_CUDA STREQUAL "ON")
    set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90-real 100-real 120)
  else()
    set(CMAKE_CUDA_ARCHITECTURES 80)
  endif()
endif()

# Points CMake at the compiler and the runtime in the wheels nvidia-cuda-nvcc and others of CUDA 13,
# which lie together in nvidia/cu13. Two things are not where CMake looks: the libraries, in lib
# instead of lib64, and a libcudart.so without a version.
macro(fastcnn_use_wheels)
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -c "import nvidia, pathlib
print(*(nvcc for folder in nvidia.__path__ for nvcc in pathlib.Path(folder).glob('cu13/bin/nvcc')), sep=';')"
    OUTPUT_VARIABLE wheel_nvcc OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT wheel_nvcc)
    message(FATAL_ERROR
      "FASTCNN_CUDA_WHEELS=ON, but ${Python_EXECUTABLE} has no nvcc of CUDA 13: pip install "
      "nvidia-cuda-nvcc nvidia-cuda-crt nvidia-nvvm nvidia-cuda-runtime nvidia-cuda-cccl, or let "
      "FASTCNN_CUDA_WHEELS=1 pip install . do so.")
  endif()
  list(GET wheel_nvcc 0 wheel_nvcc)
  get_filename_component(wheel_root "${wheel_nvcc}/../.." ABSOLUTE)
  set(CMAKE_CUDA_COMPILER "${wheel_nvcc}")
  set(CUDAToolkit_ROOT "${wheel_root}")
  set(CMAKE_CUDA_FLAGS_INIT "-L${wheel_root}/lib")
  set(CUDA_CUDART "${wheel_root}/lib/libcudart.so.13" CACHE FILEPATH "The runtime in the wheels" FORCE)
endmacro()

# Sets FASTCNN_NVCC to a compiler that works, or to nothing.
function(fastcnn_find_nvcc)
  find_program(nvcc NAMES nvcc HINTS ENV CUDAToolkit_ROOT ENV CUDA_PATH
    PATHS /usr/local/cuda PATH_SUFFIXES bin NO_CACHE)
  if(nvcc AND NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    set(CMAKE_CUDA_COMPILER "${nvcc}")
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_COMPILER "")
  endif()
  set(FASTCNN_NVCC "${CMAKE_CUDA_COMPILER}" PARENT_SCOPE)
endfunction()

# Most of the time goes into headers: the host's sources are compiled in two pieces, and the kernels
# in one where CMake can do so (3.31).
function(fastcnn_cuda_module name)
  pybind11_add_module(${name} MODULE NO_EXTRAS
    ${FASTCNN_CUDA_HOST} ${FASTCNN_CUDA_BINDINGS} ${FASTCNN_CUDA_KERNELS} ${ARGN})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS FASTCNN_CUDA_HOST FASTCNN_CUDA_BINDINGS)
    if(source MATCHES "bindings")
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP bindings)
    else()
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP host)
    endif()
  endforeach()
  set_source_files_properties(${FASTCNN_CUDA_KERNELS} PROPERTIES UNITY_GROUP kernels)
  target_include_directories(${name} PRIVATE src src/cpp)
  target_compile_definitions(${name} PRIVATE FASTCNN_CUDA_MODULE=${name})
  install(TARGETS ${name} LIBRARY DESTINATION fastcnn)
endfunction()

if(FASTCNN_CUDA_EMULATION)
  file(GLOB emulator CONFIGURE_DEPENDS tests/cuda/emulator/*.cpp)
  set_source_files_properties(${FASTCNN_CUDA_KERNELS} PROPERTIES LANGUAGE CXX)
  # Checks, attributes and the memory plan are those of the CPU: these files of it, so that tests
  # need not build the rest.
  set(cpu
    src/cpp/cpu/isa.cpp
    src/cpp/engine/memory_plan.cpp
    src/cpp/ops/convolution/conv2d_axes.cpp
    src/cpp/ops/convolution/conv2d_shape.cpp
    src/cpp/ops/elementwise/elementwise_function.cpp
    src/cpp/ops/op_spec.cpp
    src/cpp/ops/training/optimizer_rules.cpp
    src/cpp/ops/pooling/pool2d_window.cpp
    src/cpp/ops/movement/resize_axis.cpp
    src/cpp/ops/movement/strided_axes.cpp)
  # All but kernels and emulator is compiled once, for the module and its twins under sanitizers.
  add_library(cuda_emu_host OBJECT ${FASTCNN_CUDA_HOST} ${FASTCNN_CUDA_BINDINGS} ${cpu})
  set_source_files_properties(${FASTCNN_CUDA_BINDINGS} PROPERTIES UNITY_GROUP bindings)
  set_source_files_properties(${FASTCNN_CUDA_HOST} ${cpu} PROPERTIES UNITY_GROUP host)
  target_link_libraries(cuda_emu_host PRIVATE pybind11::module)
  target_compile_definitions(cuda_emu_host PRIVATE FASTCNN_CUDA_MODULE=_cuda_emu)

  function(fastcnn_emulated target)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP
      POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET default)
    target_include_directories(${target} PRIVATE src src/cpp tests/cuda)
    target_compile_definitions(${target} PRIVATE FASTCNN_CUDA_EMULATION=1)
    target_compile_options(${target} PRIVATE -O1 -ffp-contract=off -Wno-unknown-pragmas)
    fastcnn_warnings(${target})
  endfunction()
  fastcnn_emulated(cuda_emu_host)

  # The module of kernels and emulator with so many flags each.
  function(fastcnn_emulated_module target kernel_flags emulator_flags)
    add_library(${target}_emulator OBJECT ${emulator})
    fastcnn_emulated(${target}_emulator)
    target_compile_options(${target}_emulator PRIVATE ${emulator_flags})
    pybind11_add_module(${target} MODULE NO_EXTRAS ${FASTCNN_CUDA_KERNELS}
      $<TARGET_OBJECTS:cuda_emu_host> $<TARGET_OBJECTS:${target}_emulator>)
    fastcnn_emulated(${target})  # launches are recorded under the symbols of their kernels
    target_compile_options(${target} PRIVATE ${kernel_flags})
    target_link_options(${target} PRIVATE ${kernel_flags})
    target_link_libraries(${target} PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
  endfunction()
  set_source_files_properties(${FASTCNN_CUDA_KERNELS} PROPERTIES UNITY_GROUP kernels)
  set_source_files_properties(${emulator} PROPERTIES UNITY_GROUP emulator)
  fastcnn_emulated_module(_cuda_emu "" "")
  # The race detector watches the kernels and must not watch what schedules them.
  set(address -fsanitize=address,undefined -fno-sanitize-recover=undefined -g1)
  fastcnn_emulated_module(_cuda_emu_address "${address}" "${address}")
  fastcnn_emulated_module(_cuda_emu_thread "-fsanitize=thread;-g1" -DEMULATOR_TSAN=1)
  foreach(flavour address thread)
    set_target_properties(_cuda_emu_${flavour} PROPERTIES EXCLUDE_FROM_ALL ON
      OUTPUT_NAME _cuda_emu LIBRARY_OUTPUT_DIRECTORY ${flavour})
    set_target_properties(_cuda_emu_${flavour}_emulator PROPERTIES EXCLUDE_FROM_ALL ON)
  endforeach()
elseif(NOT FASTCNN_CUDA STREQUAL "OFF" AND NOT FASTCNN_SANITIZE)
  if(FASTCNN_CUDA_WHEELS)
    fastcnn_use_wheels()
  endif()
  fastcnn_find_nvcc()
  if(FASTCNN_NVCC)
    set(CMAKE_CUDA_COMPILER "${FASTCNN_NVCC}")
    enable_language(CUDA)
    set(CMAKE_CUDA_STANDARD 17)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    find_package(CUDAToolkit REQUIRED)
    fastcnn_cuda_module(_cuda)
    target_link_libraries(_cuda PRIVATE fastcnn_cpu CUDA::cudart_static)
    target_link_options(_cuda PRIVATE -Wl,--exclude-libs,ALL)
    set_target_properties(_cuda PROPERTIES CUDA_VISIBILITY_PRESET hidden)
  elseif(FASTCNN_CUDA STREQUAL "ON")
    message(FATAL_ERROR
      "FASTCNN_CUDA=ON, but no CUDA compiler works here. Install the CUDA 13 toolkit and put nvcc "
      "on the PATH, or name it: CUDACXX=/path/to/nvcc. FASTCNN_CUDA_WHEELS=1 pip install . takes it "
      "from PyPI. FASTCNN_CUDA=OFF builds for CPUs alone.")
  endif()
  message(STATUS "FastCNN: CUDA module: ${FASTCNN_NVCC}")
endif()
