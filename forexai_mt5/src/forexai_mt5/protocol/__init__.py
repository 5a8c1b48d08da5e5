"""What a connector and a platform say to each other: messages, their numbers and acknowledgements, and their keys."""
