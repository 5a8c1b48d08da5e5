"""What the plugin adds to ``forexai``."""
