"""How kernels are compiled, and how compiled ones are kept: what :mod:`forexai_core._jit` decorates with."""
