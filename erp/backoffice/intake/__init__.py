"""Brings lists in: prices, stock, products, suppliers, accounts, opening balances. One pipeline for six.

    read --> judge --> (a person looks at it) --> apply --> undo

- `reading` makes rows of text of a CSV file or a workbook, within limits; `cells` gives a cell its meaning.
- A kind (`prices`, `stock`, `products`, `suppliers`, `accounts`, `opening`) says which columns there are,
  what is so now, and how to write what is wanted. Everything else is the same for all: `judging` compares
  what is with what is wanted, `previewing` keeps it, `running` applies and undoes it, `files` hands it out
  again.
- A row is applied only while its change is the one that the preview showed. Otherwise it is refused.
- What is exported has the columns of what is imported: a file that goes out comes in again unchanged.
"""
