/** Finds a sentence in every conversation, and shows where it was said. */
import { openThroughline } from "throughline";

await using throughline = await openThroughline("memory:");

for (const [title, content] of [
  ["Garden", "The snails eat the lettuce at night."],
  ["Kitchen", "Wash the lettuce twice."],
] as const) {
  await throughline.sessions.getOrCreate({ title }, { messages: [{ role: "user", content }] });
}

const { items } = await throughline.search({ text: "lettuce -snails" });
for (const { title, seq, snippet } of items) console.log(`${title}, message ${seq}: ${snippet}`);
