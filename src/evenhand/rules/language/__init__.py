"""The language of rules: files become conditions, and three engines give each one meaning."""
