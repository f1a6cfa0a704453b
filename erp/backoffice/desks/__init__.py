"""The desks of the back office: each module lays out the lists and pages of one kind of work."""
