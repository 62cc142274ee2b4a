import { defineConfig } from "drizzle-kit";

/** Where the next migration is generated: `docs/schema.md` says how it is finished and frozen. */
export default defineConfig({ dialect: "sqlite", schema: "./src/schema/index.ts", out: "./drizzle" });
