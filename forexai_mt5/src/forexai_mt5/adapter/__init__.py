"""MetaTrader 5 behind the core's ports: a broker and a source of prices over the package in its worker.

From low to high: what codes mean (``retcodes``), one terminal and one account (``identity``, ``session``), time
(``server_clock``, ``clock_rules``), symbols (``names``, ``instruments``, ``symbols``), the one place where numbers
become the package's (``boundary``), requests and what became of them (``fillings``, ``requests``, ``views``,
``placing``, ``changing``, ``submissions``), what happens by itself (``watching``), and the two ports (``broker``,
``source``).
"""
