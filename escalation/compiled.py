"""The compiler, in one place: which functions are compiled, and where the machine code is kept.

``@compiled`` turns a pure function of numbers and arrays into machine code (Numba), released from the
interpreter lock, 64-bit and without fast-math, so that it gives the same bits as the Python it is written in.
``ESCALATION_COMPILE=0`` leaves the functions as they are: slow, for tests and for stepping through a world in a
debugger.

Compiled code allocates nothing and counts no references (``_nrt=False``: every array comes in as an argument and
outlives the call). Counting is atomic: it cost half of the time here, and most of the gain of a second thread.

Numba keys its cache on the time stamp of the file that *calls*; a change in a file that is called would leave
stale code behind. The cache therefore lives in a folder named by a hash of all sources and versions.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from numpy import ndarray

from escalation import locking

F = TypeVar("F", bound=Callable[..., object])

_WARM: Final = "warm"
_LOCK: Final = ".lock"
ENABLED: Final = os.environ.get("ESCALATION_COMPILE", "1") != "0"


@functools.cache
def _fingerprint() -> str:
    """Hash of every source that can be compiled, of the interpreter and of the compiler."""
    import numba
    import numpy

    digest = hashlib.sha256()
    root = Path(__file__).parent
    named = (root / "scenario" / name for name in ("registry.py", "quantiles.py"))
    for source in sorted([*root.glob("*.py"), *(root / "model").rglob("*.py"), *named]):
        digest.update(source.relative_to(root).as_posix().encode())
        digest.update(source.read_bytes())
    for version in (sys.version, numba.__version__, numpy.__version__):
        digest.update(version.encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """The folder of this build's machine code: ``NUMBA_CACHE_DIR``, else the user's cache, else a temporary one."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given) / _fingerprint()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "escalation" / _fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.gettempdir()) / f"escalation-{os.getuid() if hasattr(os, 'getuid') else 0}" / folder.name


def is_warm(rows: bool = False) -> bool:
    """Whether machine code for this very build is already there, so that the next run does not compile.

    ``rows``: the code for worlds of many parameter rows, which is another (``model.lanes``).
    """
    return not ENABLED or (cache_folder() / (_WARM + "-rows" * rows)).exists()


def mark_warm(rows: bool = False) -> None:
    """Note that all of this build has been compiled; where nothing can be kept, nothing is noted."""
    with contextlib.suppress(OSError):
        cache_folder().mkdir(parents=True, exist_ok=True)
        (cache_folder() / (_WARM + "-rows" * rows)).touch()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the machine code's folder: whoever else comes to compile waits, and finds the work done."""
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError:  # where nothing can be kept, each compiles for itself
        yield
        return
    try:
        locking.take(handle, wait=True)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Compile what is called here in three quarters of the time; its loops come out no slower.

    LLVM's first level optimises these loops as the third does, but does not go over each nested function as often.
    The compiler's trees all live to its end: to look through them for cycles takes a tenth of its time.
    """
    from numba import config

    level, collects = config.OPT, gc.isenabled()
    config.OPT = type(level)(1)
    gc.disable()
    try:
        yield
    finally:
        config.OPT = level
        if collects:
            gc.enable()


def _use_wide_registers() -> None:
    """Let 512-bit registers be used where there are some: LLVM shuns them, for the first processors ran hot on them."""
    import llvmlite.binding
    from numba import config

    features = llvmlite.binding.get_host_cpu_features()
    if config.CPU_NAME is None and config.CPU_FEATURES is None and features.get("avx512f"):
        config.CPU_NAME = llvmlite.binding.get_host_cpu_name()
        config.CPU_FEATURES = features.flatten() + ",-prefer-256-bit"


if ENABLED:
    import numba as _numba
    from numba.core.compiler import Compiler as _Compiler

    _numba.config.CACHE_DIR = str(cache_folder())
    _use_wide_registers()

    def _jit(**options: Any) -> Callable[[F], F]:
        own: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False}
        jit: Callable[[F], F] = _numba.njit(**(own | options))
        return jit

    class _Apart(_Compiler):  # type: ignore[misc]
        """Numba's compiler, told that no two arrays of the arguments overlap: SIMD code needs no check of it."""

        def define_pipelines(self) -> list[Any]:
            self.state.flags.noalias = True
            pipelines: list[Any] = super().define_pipelines()
            return pipelines

    _within: dict[str, Any] = {"cache": False, "no_cpython_wrapper": True}

    def compiled(function: F) -> F:
        """Compile ``function`` at its first call and keep the machine code for the next process."""
        return _jit(cache=True)(function)

    def brief(function: F) -> F:
        """Compile a function that takes less time than to get the interpreter's lock back: it keeps it."""
        return _jit(cache=True, nogil=False)(function)

    def leaf(function: F) -> F:
        """Compile a small formula and put it in place of every call: a loop that calls cannot become SIMD code."""
        return _jit(cache=True, forceinline=True)(function)

    def inner(function: F) -> F:
        """Compile a function that only compiled code calls: its wrapper for Python takes longer than itself."""
        return _jit(**_within)(function)

    def loop(function: F) -> F:
        """Compile a loop over lanes that only compiled code calls; what it writes must not overlap what it reads."""
        return _jit(**_within, pipeline_class=_Apart)(function)

    def part(function: F) -> F:
        """Compile a part of a larger function, put in its place: to pass all the model's arrays takes longer."""
        return _jit(**_within, forceinline=True)(function)

    def inlined(function: F) -> F:
        """Compile a function as a part of the one function that calls it: it is compiled but once."""
        return _jit(**_within, inline="always")(function)

else:

    def compiled(function: F) -> F:
        """Leave ``function`` as it is (``ESCALATION_COMPILE=0``)."""
        return function

    brief = inlined = inner = leaf = loop = part = compiled
    # the hash of the draws wraps around, of which machine code says nothing
    warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning, r"escalation\.draws")


class Bound:
    """The first arguments of compiled functions, for whoever calls with the same ones again and again.

    A call begins with a look-up of its arguments' types. For the some forty arrays of a block that takes ten times as
    long as to hand them over, and no thread can do it beside another. Here it is done once: the arguments that follow
    must be of the types of the first call (whole numbers, numbers and truth values are converted).
    """

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments
        self._codes: dict[Any, Callable[..., Any]] = _codes.setdefault(_form(arguments), {})

    def to(self, *arguments: Any) -> Bound:
        """The same with other arguments, which must be of the same types: it is not asked whether they are."""
        other = Bound.__new__(Bound)
        other._arguments, other._codes = arguments, self._codes
        return other

    def __call__(self, function: Callable[..., Any], *others: Any) -> Any:
        """Call ``function`` with the arguments bound and ``others``."""
        code = self._codes.get(function)
        if code is None:
            code = self._codes[function] = _code(function, (*self._arguments, *others))
        return code(*self._arguments, *others)


_codes: dict[Any, dict[Any, Callable[..., Any]]] = {}
"""Machine code by the form of the arguments bound, and by function."""
_OWNS_DATA: Final = 4


def _form(argument: Any) -> Any:
    """What the type of an argument follows from, told in a tenth of the time that it takes to name the type."""
    if isinstance(argument, tuple):
        return type(argument), *map(_form, argument)
    if isinstance(argument, ndarray):
        return argument.dtype.str, argument.ndim, argument.flags.num & ~_OWNS_DATA
    return type(argument)


def _code(function: Any, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    if not hasattr(function, "compile"):
        return function  # type: ignore[no-any-return]
    return function.compile(tuple(_numba.typeof(argument) for argument in arguments))  # type: ignore[no-any-return]
