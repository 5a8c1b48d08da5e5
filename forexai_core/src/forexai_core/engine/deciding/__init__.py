"""What strategies want: steps and programs, and the requests that come of them."""
