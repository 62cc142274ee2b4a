/** Two writers of one conversation: the one who has not seen the newest message is told so, and nothing is written. */
import { isThroughlineError, openThroughline } from "throughline";

await using throughline = await openThroughline("memory:");
const session = await throughline.sessions.create();

const reply = (content: string, expectedSeq: number) =>
  throughline.messages.append(session.id, [{ role: "assistant", content }], { expectedSeq });

await throughline.messages.append(session.id, [{ role: "user", content: "Tea or coffee?" }]);
await reply("Tea.", 1);

try {
  await reply("Coffee.", 1);
} catch (error) {
  if (!isThroughlineError(error) || error.code !== "conflict") throw error;
  console.log(`Refused: ${error.message}`);
}
