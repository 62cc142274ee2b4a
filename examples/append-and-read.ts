/** Keeps a conversation, and hands back its last messages. */
import { openThroughline } from "throughline";

const throughline = await openThroughline("sqlite:sessions.db");
const session = await throughline.sessions.create({ tool: "web-chat", externalKey: "roses-7" });

// Ids make a repeat safe: the same append twice stores its messages once.
await throughline.messages.append(session.id, [
  { id: "m1", role: "user", content: "When do I prune the roses?" },
  { id: "m2", role: "assistant", content: "In early spring, before they bud." },
]);

const { items } = await throughline.messages.list(session.id, { last: 50 });
for (const { seq, role, content } of items) console.log(seq, role, content);

await throughline.close();
