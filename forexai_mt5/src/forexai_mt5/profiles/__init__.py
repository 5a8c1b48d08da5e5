"""What is known of brokers, which of them an account belongs to, and which terminals are installed."""
