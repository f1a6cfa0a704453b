"""How moments are written: by hours of a day, where Django's British formats count twelve and say a.m."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
