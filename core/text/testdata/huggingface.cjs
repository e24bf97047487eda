// Encodes testdata/texts.json with Hugging Face's tokenizers library and saves
// the ids, and the BPE tokenizer as the library itself would write it. Run it
// where require("tokenizers") works (npm i tokenizers@0.23.2), for example with
// NODE_PATH=<folder>/node_modules.
const fs = require("fs");
const path = require("path");
const { Tokenizer } = require("tokenizers");

const at = (name) => path.join(__dirname, name);
const load = (kind) => Tokenizer.fromString(fs.readFileSync(at(`${kind}.tokenizer.json`), "utf8"));

// Special tokens are recognised inside a text by the library but not by Sprout:
// texts that spell one are encoded by a copy without added tokens.
const withoutAdded = (kind) => {
  const json = JSON.parse(fs.readFileSync(at(`${kind}.tokenizer.json`), "utf8"));
  json.added_tokens = [];
  return Tokenizer.fromString(JSON.stringify(json));
};

(async () => {
  const texts = JSON.parse(fs.readFileSync(at("texts.json"), "utf8"));
  const out = [];
  for (const text of texts) {
    const plain = !text.includes("<|");
    const encode = async (kind) => Array.from((await (plain ? load : withoutAdded)(kind).encode(text)).getIds());
    const row = { Text: text, BPE: await encode("bpe"), Char: await encode("char") };
    const back = await load("bpe").decode(row.BPE, true);
    if (plain && back !== text) throw new Error(`decode: ${JSON.stringify(back)} is not ${JSON.stringify(text)}`);
    out.push(row);
  }
  fs.writeFileSync(at("huggingface.json"), "[\n" + out.map((r) => JSON.stringify(r)).join(",\n") + "\n]\n");
  await load("bpe").save(at("bpe.resaved.json"), false);
})();
