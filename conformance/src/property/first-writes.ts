import type { Write } from "@throughline/core";
import { append, insertItem, insertLease, insertNote, insertSession, message } from "../records.ts";
import { START } from "../test-clock.ts";

/** Sessions, messages and records to begin with, so that random writes find something. */
export const firstWrites: readonly Write[] = [
  ...["s1", "s2", "s3"].map((id) => insertSession({ id, userId: "u" })),
  append("s1", [
    message("m1", { content: "red fox", tokenCount: 2 }),
    message("m2", { content: "getUserById" }),
    "m3",
  ]),
  append("s2", [message("m1", { content: "the red car", role: "assistant" }), "m2"]),
  ...["i1", "i2", "i3", "i4"].map((id, index) =>
    insertItem({ id, groupId: "g", rank: index % 3, title: "a", score: 0.5 }),
  ),
  ...["", "x", "y"].map((id, rank) => insertNote({ sessionId: "s1", id, author: "x", rank })),
  insertLease({ scope: "x", name: "x", expiresAt: START + 100 }),
  insertLease({ scope: "x", name: "y" }),
];
