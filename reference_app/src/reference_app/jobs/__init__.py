"""Work that is done later, beside the requests: a table of jobs, and the task that has processes do them."""
