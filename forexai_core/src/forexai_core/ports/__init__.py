"""What plugins and services look like to the core: Protocols, and the records that travel through them."""
