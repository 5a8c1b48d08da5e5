"""How processes of one machine talk about the package's calls: frames of bytes, and what values look like in them."""
