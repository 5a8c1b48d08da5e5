"""What the official package calls things: its constants, masks of bits, texts of codes, and structures."""
