"""The connector: a program beside a terminal that carries out what a platform commands, and tells how things stand."""
