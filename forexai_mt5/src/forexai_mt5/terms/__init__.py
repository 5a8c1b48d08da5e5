"""What the official package calls things and how it behaves: constants, masks, texts of codes, structures, freezing."""
