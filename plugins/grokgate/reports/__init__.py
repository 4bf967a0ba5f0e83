"""One writer per format. Each sees evidence only: the header, the verdict with its rows, and the cases in them."""
