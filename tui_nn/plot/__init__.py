"""Line charts as coloured cells, for the app and for plain text. numpy and plotext only."""
