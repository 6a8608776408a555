// Preloaded into Azurite: exits when the process that started it is gone, however that one ended.
const exit = () => process.exit(0);
process.stdin.on("end", exit).on("error", exit).resume();
process.stdin.unref(); // watching must not keep Azurite running
