"""What the built wheels hold, for the platform that their names promise."""

from __future__ import annotations

import base64
import email
import hashlib
import io
import os
import re
import zipfile
from pathlib import Path

import pefile
import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

import gpu_keepalive

SOURCES = Path(__file__).resolve().parents[1] / "src/gpu_keepalive"
SOURCES_OF_PACKAGE = [*SOURCES.glob("*.py"), SOURCES / "py.typed"]
WHEELS = [Path(one) for one in os.environ.get("GPU_KEEPALIVE_WHEELS", "").split(os.pathsep) if one]
NAME = re.compile(
    r"gpukeepalive-(?P<version>[^-]+)-py3-none-(?P<platform>linux|manylinux_2_28|win)_(x86_64|amd64)\.whl"
)
# What Linux and its glibc bring along themselves.
LIBRARIES = re.compile(r"(libc|libm|libdl|libpthread|librt|libgcc_s|ld-linux-x86-64)\.so\.\d")

pytestmark = pytest.mark.skipif(not WHEELS, reason="GPU_KEEPALIVE_WHEELS names none; cargo xtask python does")


@pytest.fixture(params=WHEELS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def platform(path: Path) -> str:
    named = NAME.fullmatch(path.name)
    assert named, path.name
    assert named["version"] == gpu_keepalive.__version__
    return named["platform"]


def program(path: Path) -> bytes:
    suffix = ".exe" if platform(path) == "win" else ""
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(f"gpukeepalive-{gpu_keepalive.__version__}.data/scripts/gpu-keepalive{suffix}")


def test_it_holds_the_package_and_one_program(path: Path) -> None:
    information = f"gpukeepalive-{gpu_keepalive.__version__}"
    suffix = ".exe" if platform(path) == "win" else ""
    with zipfile.ZipFile(path) as wheel:
        names = {name for name in wheel.namelist() if not name.startswith(f"{information}.dist-info/")}
        for source in SOURCES_OF_PACKAGE:
            assert wheel.read(f"gpu_keepalive/{source.name}") == source.read_bytes(), "a wheel of other sources"
        mode = wheel.getinfo(f"{information}.data/scripts/gpu-keepalive{suffix}").external_attr >> 16
    modules = {f"gpu_keepalive/{source.name}" for source in SOURCES_OF_PACKAGE}
    assert names == {*modules, f"{information}.data/scripts/gpu-keepalive{suffix}"}
    assert mode & 0o111 == 0o111, "it can be executed"


def test_its_tag_is_that_of_its_name(path: Path) -> None:
    with zipfile.ZipFile(path) as wheel:
        folder = f"gpukeepalive-{gpu_keepalive.__version__}.dist-info"
        about_wheel = email.message_from_bytes(wheel.read(f"{folder}/WHEEL"))
        about = email.message_from_bytes(wheel.read(f"{folder}/METADATA"))
    assert about_wheel.get_all("Tag") == ["-".join(path.stem.split("-")[2:])]
    assert about_wheel["Root-Is-Purelib"] == "false"
    assert (about["Name"], about["Version"]) == ("gpukeepalive", gpu_keepalive.__version__)
    assert about["Requires-Python"] == ">=3.9"
    assert about.get_all("Requires-Dist") is None


def test_its_record_is_true(path: Path) -> None:
    with zipfile.ZipFile(path) as wheel:
        record = f"gpukeepalive-{gpu_keepalive.__version__}.dist-info/RECORD"
        lines = wheel.read(record).decode().splitlines()
        listed = {name: (digest, size) for name, digest, size in (line.rsplit(",", 2) for line in lines)}
        assert set(listed) == set(wheel.namelist())
        for name, (digest, size) in listed.items():
            if name != record:
                content = wheel.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={expected}", str(len(content))), name


def test_a_program_for_linux_needs_no_more_than_its_name_promises(path: Path) -> None:
    if platform(path) == "win":
        pytest.skip("it is for Windows")
    elf = ELFFile(io.BytesIO(program(path)))
    assert elf.header["e_machine"] == "EM_X86_64"
    assert elf.header["e_type"] == "ET_DYN"
    dynamic = elf.get_section_by_name(".dynamic")
    assert isinstance(dynamic, DynamicSection)
    needed = [str(vars(tag)["needed"]) for tag in dynamic.iter_tags("DT_NEEDED")]
    assert needed
    assert [name for name in needed if not LIBRARIES.fullmatch(name)] == []
    versions = [
        tuple(map(int, version.name[len("GLIBC_") :].split(".")))
        for section in elf.iter_sections()
        if isinstance(section, GNUVerNeedSection)
        for _, used in section.iter_versions()
        for version in used
        if version.name.startswith("GLIBC_")
    ]
    assert versions
    if platform(path) == "manylinux_2_28":
        assert max(versions) <= (2, 28)


def test_a_program_for_windows_needs_nothing_beside_it(path: Path) -> None:
    if platform(path) != "win":
        pytest.skip("it is for Linux")
    pe = pefile.PE(data=program(path))
    assert pe.FILE_HEADER.Machine == pefile.MACHINE_TYPE["IMAGE_FILE_MACHINE_AMD64"]
    assert pe.OPTIONAL_HEADER.Subsystem == pefile.SUBSYSTEM_TYPE["IMAGE_SUBSYSTEM_WINDOWS_CUI"]
    libraries = {entry.dll.decode().lower() for entry in pe.DIRECTORY_ENTRY_IMPORT}
    assert "kernel32.dll" in libraries
    # Libraries of the compiler's, which Windows does not have.
    assert [name for name in libraries if name.startswith("lib") or "stdc++" in name] == []
