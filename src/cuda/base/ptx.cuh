#pragma once

#include <cstdint>
#include <type_traits>

#include "cuda/base/portable.cuh"

// Instructions that CUDA C++ has no words for, under their names in the PTX ISA: inline assembly
// for nvcc, the emulator's models for g++. All need compute capability 8.0.
//
// Matrix instructions are a warp's together. With g = lane / 4 and t = lane % 4 a lane holds, of
// D[16][8] += A[16][k] B[k][8]:
//
//   a, 8 of k    A[g][t], A[g + 8][t], A[g][t + 4], A[g + 8][t + 4]
//   b, 8 of k    B[t][g], B[t + 4][g]
//   a, 16 of k   pairs, the lower k in the lower half: A[g][2t], A[g + 8][2t], A[g][2t + 8],
//                A[g + 8][2t + 8], each with its right neighbour
//   b, 16 of k   pairs: B[2t][g], B[2t + 8][g], each with its lower neighbour
//   d            D[g][2t], D[g][2t + 1], D[g + 8][2t], D[g + 8][2t + 1]
//
// Of a sparse A (mma.sp), of which at most two of four neighbours along k are not zero, only two
// are held, the first in the lower half; 32 of k:
//
//   a            of the four k from 4t on, of rows g and g + 8; from 4t + 16 on, of both
//   b            pairs as above: B[2t][g], B[2t + 8][g], B[2t + 16][g], B[2t + 24][g]
//   indices      in lanes with t = 0 (k < 16) and t = 1: which two of each four, ascending, 2 bits
//                each from the lowest on: 16 bits of row g, 16 of row g + 8
namespace fastcnn::cuda::ptx {

// Where in an array a thread reads or writes, `bytes` on.
template <typename T>
__device__ __forceinline__ T* byte_at(T* array, int bytes) {
  using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
  return reinterpret_cast<T*>(reinterpret_cast<Byte*>(array) + bytes);
}

#ifdef __CUDACC__

// The value as it is, in a register: the compiler would rather compute a place in shared memory
// again at each use.
__device__ __forceinline__ int kept(int value) {
  asm volatile("" : "+r"(value));
  return value;
}

__device__ __forceinline__ std::uint32_t shared_address(const void* shared) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
}

// Copies kBytes (16 or 4) from global to shared memory, both so aligned, or writes zeros and reads
// nothing unless `present`. It lands between now and the wait for its group.
template <int kBytes>
__device__ __forceinline__ void cp_async(void* shared, const void* global, bool present) {
  static_assert(kBytes == 16 || kBytes == 4, "16 past the first cache, or 4");
  if constexpr (kBytes == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(shared_address(shared)),
                 "l"(global), "r"(present ? 16 : 0)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;\n" ::"r"(shared_address(shared)),
                 "l"(global), "r"(present ? 4 : 0)
                 : "memory");
  }
}

// Ends a group of this thread's copies, which may be empty.
__device__ __forceinline__ void cp_async_commit() {
  asm volatile("cp.async.commit_group;\n" ::: "memory");
}

// Waits until all groups of this thread but the latest kPending have landed.
template <int kPending>
__device__ __forceinline__ void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;\n" ::"n"(kPending) : "memory");
}

// Four 8 x 8 matrices of 16-bit elements: lane i gives the address of row i % 8 of matrix i / 8, 16
// bytes; r[j] is elements 2t and 2t + 1 of row g of matrix j.
__device__ __forceinline__ void ldmatrix_x4(std::uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}

// The same of the transposed matrices: r[j] is elements g of rows 2t and 2t + 1.
__device__ __forceinline__ void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];\n"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(row))
               : "memory");
}

// Rounded to the 10 bits of a tf32's mantissa, ties away from zero.
__device__ __forceinline__ std::uint32_t to_tf32(float x) {
  std::uint32_t r;
  asm("cvt.rna.tf32.f32 %0, %1;\n" : "=r"(r) : "f"(x));
  return r;
}

// Two rounded to nearest, ties to even, `low` in the lower half.
__device__ __forceinline__ std::uint32_t to_f16x2(float low, float high) {
  std::uint32_t r;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;\n" : "=r"(r) : "f"(high), "f"(low));
  return r;
}
__device__ __forceinline__ std::uint32_t to_bf16x2(float low, float high) {
  std::uint32_t r;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;\n" : "=r"(r) : "f"(high), "f"(low));
  return r;
}

// The last 13 bits of a and b are not looked at.
__device__ __forceinline__ void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4],
                                                 const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma_m16n8k16_f16(float (&d)[4], const std::uint32_t (&a)[4],
                                                 const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                                  const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma_sp_m16n8k32_f16(float (&d)[4], const std::uint32_t (&a)[4],
                                                    const std::uint32_t (&b)[4],
                                                    std::uint32_t indices) {
  asm volatile(
      "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9, %10, %11}, {%0, %1, %2, %3}, %12, 0x0;\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),
        "r"(indices));
}

__device__ __forceinline__ void mma_sp_m16n8k32_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                                     const std::uint32_t (&b)[4],
                                                     std::uint32_t indices) {
  asm volatile(
      "mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9, %10, %11}, {%0, %1, %2, %3}, %12, 0x0;\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),
        "r"(indices));
}

#else

inline int kept(int value) { return value; }

template <int kBytes>
void cp_async(void* shared, const void* global, bool present) {
  static_assert(kBytes == 16 || kBytes == 4, "16 past the first cache, or 4");
  ::emulator::async_copy(shared, global, kBytes, present ? kBytes : 0);
}
inline void cp_async_commit() { ::emulator::async_commit(); }
template <int kPending>
void cp_async_wait() {
  ::emulator::async_wait(kPending);
}

inline void ldmatrix_x4(std::uint32_t (&r)[4], const void* row) {
  ::emulator::load_matrices(r, row, false);
}
inline void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* row) {
  ::emulator::load_matrices(r, row, true);
}

using ::emulator::mma_m16n8k16_bf16;
using ::emulator::mma_m16n8k16_f16;
using ::emulator::mma_m16n8k8_tf32;
using ::emulator::mma_sp_m16n8k32_bf16;
using ::emulator::mma_sp_m16n8k32_f16;
using ::emulator::to_bf16x2;
using ::emulator::to_f16x2;
using ::emulator::to_tf32;

#endif

}  // namespace fastcnn::cuda::ptx
