"""Every word of the window, by code, in English and Indonesian."""
