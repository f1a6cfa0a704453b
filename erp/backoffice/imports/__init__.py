"""Brings another shop's order history in through the chain, one transaction a document.

How a file becomes history here:

- Rows with one number are one document; its date, customer and country are those of its first row that
  can be taken. Documents are taken in the order of their dates, because numbers of invoices ascend with them.
- A document becomes an order that is placed, invoiced, paid by bank transfer and shipped on its date. What
  is not on the shelf is received first, against opening balances, at 60 % of the product's first price.
- A product is made at first sight, named and priced by that row. It is not shown in the shop until somebody
  publishes it. A stock code without a digit is a service, which lies in no warehouse.
- A document whose number begins with C is a credit. Its pieces are matched to what the same customer bought
  earlier at the same price and has not returned, the oldest first. The rest stands alone: a credit note
  without an invoice, restocked at the product's average cost, or at 60 % of its price where there is none.
- One rate of VAT holds for all of it, wherever the customer lives: a history does not tell more.
- A row that cannot be part of a sale is left out with a reason, and so is a whole document that the chain
  refuses. Nothing is rounded, cut or guessed to make it fit.
- A document is dated before others of its year that are numbered here already: it is left out, since its
  invoice would carry a later number than theirs. Import the oldest history first.

`reading` makes rows of text of a file, `rows` gives them a meaning, `documents` gathers them, `selling` and
`crediting` take one document through the chain, `run` takes all, and `accounts` says what became of each row.
"""
