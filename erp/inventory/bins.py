"""In which bin of its warehouse something lies. It says where pickers go, and changes no quantity."""

from .models import StockLevel


def put(level: StockLevel, *, name: str) -> None:
    """Say where something lies from now on; no words mean nowhere special."""
    StockLevel.objects.filter(pk=level.pk).update(bin=name)
    level.bin = name
