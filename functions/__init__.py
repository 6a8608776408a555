"""What starts work: one blueprint a file, which decodes, makes one call, and encodes."""
