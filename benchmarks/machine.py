"""What the figures were measured on and with: no names of hosts, users or folders."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import escalation

ROOT = Path(__file__).resolve().parent.parent
UNKNOWN = "unknown"


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    except OSError:
        pass
    return platform.processor() or UNKNOWN


def registers():
    """The widest registers that the compiled code may use."""
    import llvmlite.binding

    features = llvmlite.binding.get_host_cpu_features()
    for feature, name in (("avx512f", "512-bit (AVX-512)"), ("avx2", "256-bit (AVX2)"), ("neon", "128-bit (NEON)")):
        if features.get(feature):
            return name
    return UNKNOWN


def caches():
    """Size of each level that a core sees, as the system tells it."""
    found = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        except OSError:
            continue
        if kind != "Instruction":
            found.append(f"L{level} {size}")
    return ", ".join(found) or UNKNOWN


def commit():
    """Short name of the commit, and whether the files differ from it."""
    try:
        name = _git("rev-parse", "--short", "HEAD").strip()
        changed = _git("status", "--porcelain", "--", "escalation", "benchmarks", "scenarios").strip()
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    return f"{name}, with changes" if changed else name


def _git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def facts():
    """Label and value, in the order in which they are printed."""
    packages = ", ".join(f"{name} {version(name.lower())}" for name in ("NumPy", "Numba", "Mesa"))
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "registers": registers(),
        "cache of a core": caches(),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_version()}, {packages}",
        "escalation": f"{escalation.__version__}, commit {commit()}",
    }
