"""The chain from order to cash, tried from every side."""
