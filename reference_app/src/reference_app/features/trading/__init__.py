"""Trading by hand: commands that are written down first, and what follows from them."""
