"""The run itself: the phases of an event, event after event, to the end of the data."""
