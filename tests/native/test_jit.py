"""Generated machine code, apart from the core: executed, and read by a disassembler."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fastcnn import runtime

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    "cpu/cpu_count.cpp",
    "cpu/denormals.cpp",
    "cpu/placement.cpp",
    "cpu/thread_pool.cpp",
    "jit/assembler.cpp",
    "jit/executable_memory.cpp",
    "kernels/conv2d_sparse/generated.cpp",
    "kernels/conv2d_sparse/generated_writer.cpp",
]
EXPECTED = """
vmovups 0x40(%r12),%zmm31
vmovups %zmm8,0x0(%r13)
vmovups %zmm1,0x8(%rsp){%k3}
vbroadcastss -0x4(%rbp),%zmm16
vfmadd231ps -0x200(%rsi){1to16},%zmm29,%zmm5
vfmadd231ps 0x200(%r15){1to16},%zmm29,%zmm5
vfmadd231ps %zmm15,%zmm7,%zmm30
vmulps 0x4(%rax){1to16},%zmm10,%zmm9
vaddps %zmm23,%zmm2,%zmm1
vaddps 0x1fc0(%rdx),%zmm2,%zmm1
vminps %zmm5,%zmm4,%zmm3
vmaxps %zmm25,%zmm4,%zmm3{%k1}{z}
vmovaps %zmm19,%zmm3{%k7}{z}
valignd $0x9,%zmm5,%zmm20,%zmm3
vpxord %zmm26,%zmm26,%zmm26
kmovw (%rax),%k1
kmovw 0x2(%r9),%k2
mov 0x10(%rdi),%r8
mov %r15,%rax
add $0x4000,%r8
add $0xffffffffffffffff,%rbx
sub $0x40,%rcx
cmp %r9,%rcx
push %r12
pop %rbx
prefetcht1 0x80(%r12)
prefetcht0 0x40(%rsi)
jne 0x0
endbr64
vzeroupper
ret
"""

COMPILER = shutil.which("c++") or shutil.which("g++")
pytestmark = pytest.mark.skipif(
    COMPILER is None or "avx512" not in runtime.cpu_info()["isas"],
    reason="needs a C++ compiler and AVX-512",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("jit") / "run_code"
    source = Path(__file__).parent / "jit" / "run_code.cpp"
    native = ROOT / "src" / "cpp"
    options = ["-std=c++17", "-O1", "-pthread", f"-I{native}"]
    command = [str(COMPILER), *options, str(source), "-o", str(path)]
    subprocess.run(command + [str(native / name) for name in SOURCES], check=True, env=plain())
    return path


def plain() -> dict[str, str]:
    """The environment without the sanitizers that this process may run under."""
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


def test_code_does_what_its_instructions_say(program):
    done = subprocess.run([program], capture_output=True, text=True, env=plain(), check=False)

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("objdump") is None, reason="needs objdump")
def test_a_disassembler_reads_what_was_meant(program, tmp_path):
    code = tmp_path / "code"
    subprocess.run([program, "dump", code], check=True, env=plain())

    text = subprocess.run(
        ["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "--no-show-raw-insn", code],
        capture_output=True,
        text=True,
        check=True,
        env=plain(),
    ).stdout

    lines = re.findall(r"^\s+[0-9a-f]+:\s+(.+?)\s*$", text, flags=re.MULTILINE)
    read = [re.sub(r"\s+", " ", line.replace("retq", "ret")) for line in lines]
    assert read == EXPECTED.strip().splitlines()
