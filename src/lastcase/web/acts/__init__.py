"""What posts decide: the forms on the pages, the page of what waits for a decision, and the acts behind them."""
