// Loaded before Azurite: ends it when whoever started it is gone, however that one died.
const leave = () => process.exit(0);
process.stdin.on("end", leave).on("error", leave).resume();
process.stdin.unref(); // watching must not keep Azurite from ending by itself
