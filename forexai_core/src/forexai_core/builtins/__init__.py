"""What ships: offered through the same hooks as anyone's."""
