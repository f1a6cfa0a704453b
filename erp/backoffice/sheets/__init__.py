"""Reports: figures as sheets of cells, which are looked at, followed, and taken away as files."""
