// Loaded before Azurite: ends it when whoever started it is gone, however that one died.
process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
