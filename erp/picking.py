"""Takes what stands on delivery notes from the shelf and packs it, one transaction a verb."""
