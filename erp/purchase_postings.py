"""Every entry that purchasing writes into the books, on one page: pure functions of documents."""
