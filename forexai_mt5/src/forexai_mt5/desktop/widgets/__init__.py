"""What is seen, with Qt."""
