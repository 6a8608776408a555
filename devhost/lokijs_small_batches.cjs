// Preloaded into Azurite: keeps long queues fast, by applying small batches one document at a time.
//
// Azurite removes the expired messages of a queue at every call, as one batch, which is nearly
// always empty; it updates the messages it hands out as a batch too. For a batch its database,
// LokiJS 1.5, sorts every index of the collection anew. For a single document it only moves that
// document in each index. The result is the same. An Azurite without LokiJS needs none of this.
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const SMALL = 40; // more than the 32 messages that a queue hands out at once

function requireLoki() {
  try {
    return createRequire(resolve("package.json"))("lokijs");
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}

function patch(Loki) {
  const collection = Object.getPrototypeOf(new Loki("any").addCollection("any"));
  const { removeBatchByPositions, update } = collection;

  collection.removeBatchByPositions = function (positions) {
    if (positions.length > SMALL) return removeBatchByPositions.call(this, positions);
    for (const document of positions.map((place) => this.data[place])) this.remove(document);
  };

  collection.removeBatch = function (batch) {
    if (batch.length === 0) return;
    const documents = batch.map((one) => (typeof one === "object" ? one : this.get(one)));
    if (batch.length <= SMALL) {
      for (const document of documents) this.remove(document);
      return;
    }
    const places = new Map(this.data.map((document, place) => [document.$loki, place]));
    removeBatchByPositions.call(this, documents.map((document) => places.get(document.$loki)));
  };

  collection.update = function (document) {
    if (!Array.isArray(document) || document.length > SMALL) return update.call(this, document);
    for (const one of document) update.call(this, one);
  };
}

const Loki = requireLoki();
if (Loki) patch(Loki);
