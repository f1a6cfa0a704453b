"""What is to come: pieces on order by product and warehouse, and the day on which a wish can be served."""
