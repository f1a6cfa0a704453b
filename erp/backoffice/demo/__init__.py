"""The demo company: what it sells, who works there and who buys. Nothing here is needed by a real one."""
