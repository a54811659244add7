"""Arguments: f, what it is given and returns, and the derivatives of others, whatever their structure."""
