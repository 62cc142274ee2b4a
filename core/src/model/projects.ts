import type { Kind } from "./kind.ts";

/** A body of work: made when it is first named. */
export const projects = {
  name: "projects",
  key: ["projectId"],
  fields: {
    projectId: { type: "text" },
    name: { type: "text" },
    /** What tells its repository from others, wherever it lies: `''` where it has none. */
    repository: { type: "text" },
    createdAt: { type: "integer" },
  },
  unique: { repository: { fields: ["repository"], filled: "repository" } },
  shapes: { created: ["createdAt"] },
} as const satisfies Kind;
