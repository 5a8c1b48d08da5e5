"""The Data Protection API of Windows: seals bytes for the person who is logged in, on this machine."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from collections.abc import Callable
    from ctypes import wintypes

    __all__ = ["Dpapi"]

    _NO_QUESTIONS = 0x1
    """CRYPTPROTECT_UI_FORBIDDEN: a service has nobody to ask."""
    _PURPOSE = b"forexai-connector-password"
    """Mixed in: what another program of the same person has sealed does not open here, nor the other way round."""

    class _Blob(ctypes.Structure):
        _fields_ = (("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char)))

    _CRYPT32 = ctypes.WinDLL("crypt32", use_last_error=True)
    _KERNEL32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _KERNEL32.LocalFree.argtypes = (ctypes.c_void_p,)
    _KERNEL32.LocalFree.restype = ctypes.c_void_p
    _BLOB = ctypes.POINTER(_Blob)
    for _name, _second in (("CryptProtectData", wintypes.LPCWSTR), ("CryptUnprotectData", ctypes.c_void_p)):
        _call = getattr(_CRYPT32, _name)
        _call.argtypes = (_BLOB, _second, _BLOB, ctypes.c_void_p, ctypes.c_void_p, wintypes.DWORD, _BLOB)
        _call.restype = wintypes.BOOL

    def _blob(content: bytes) -> _Blob:
        buffer = ctypes.create_string_buffer(content, len(content))
        return _Blob(len(content), ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char)))

    class Dpapi:
        """Seals and opens; see `forexai_mt5.connector.passwords.Guarding`."""

        def seal(self, plain: bytes) -> bytes:
            """Seal."""
            return self._through(_CRYPT32.CryptProtectData, plain)

        def open(self, sealed: bytes) -> bytes:
            """Open."""
            return self._through(_CRYPT32.CryptUnprotectData, sealed)

        def _through(self, call: Callable[..., int], content: bytes) -> bytes:
            given, purpose, made = _blob(content), _blob(_PURPOSE), _Blob()
            arguments = (ctypes.byref(given), None, ctypes.byref(purpose), None, None, _NO_QUESTIONS)
            if not call(*arguments, ctypes.byref(made)):
                raise ctypes.WinError(ctypes.get_last_error())
            try:
                return ctypes.string_at(made.data, made.size)
            finally:
                ctypes.memset(made.data, 0, made.size)
                _KERNEL32.LocalFree(made.data)
