"""What the application can do, one package a feature."""
