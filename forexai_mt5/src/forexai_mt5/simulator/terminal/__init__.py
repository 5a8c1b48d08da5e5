"""The program between the two: where it is installed, its clock, Market Watch and charts, and what goes wrong."""
