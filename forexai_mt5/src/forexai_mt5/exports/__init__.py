"""What a terminal exports: files named and written by its conventions, read as series of prices."""
