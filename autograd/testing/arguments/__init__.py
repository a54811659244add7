"""The arguments and results of f, and the derivatives that others supply, whatever their structure."""
