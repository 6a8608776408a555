"""Where comments come from: one platform a file, all on one protocol and one polite session."""
