"""The official package's side: its functions, how it reads arguments, ``last_error``, and what it shows."""
