"""Small tools with no domain words: ids, time, canonical JSON, sealing, safe images."""
