// Does the same random work on a LokiJS collection before and after lokijs_small_batches.cjs patches it;
// prints both contents and how often an index was sorted anew.
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const Loki = createRequire(resolve("package.json"))("lokijs");
const indices = ["queue", "due"];
let random = Number(process.argv[3]);
const next = (below) => (random = (random * 48271) % 2147483647) % below;

function work() {
  random = Number(process.argv[3]);
  const messages = new Loki("any").addCollection("messages", { indices });
  let sorted = 0;
  const ensureIndex = messages.ensureIndex;
  messages.ensureIndex = function (name, force) {
    sorted += force ? 1 : 0;
    return ensureIndex.call(this, name, force);
  };
  const few = (query, count) => messages.chain().find(query).simplesort("$loki").limit(count).data();
  for (let turn = 0; turn < 400; turn++) {
    const queue = "q" + next(3);
    if (next(2)) messages.insert({ queue, due: next(50) });
    messages.remove(few({ queue, due: { $lte: 0 } }, next(60)));
    const taken = few({ queue, due: { $lte: next(50) } }, next(5));
    for (const one of taken) one.due = next(50);
    messages.update(taken);
    if (next(4) === 0) messages.chain().find({ queue, due: next(50) }).remove();
    if (next(99) === 0) messages.remove(messages.find({ queue })); // more than a few
  }
  const seen = [0, 1, 2].map((n) => few({ queue: "q" + n, due: { $gte: 9 } }, 999).map((m) => [m.$loki, m.due]));
  return { seen, all: messages.data.map((m) => [m.$loki, m.queue, m.due]), sorted };
}

const before = work();
require(process.argv[2]);
console.log(JSON.stringify({ before, after: work() }));
