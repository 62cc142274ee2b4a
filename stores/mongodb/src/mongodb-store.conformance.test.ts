import { runConformance } from "@throughline/conformance";
import { test } from "vitest";
import { openTestDatabase } from "./test/test-database.ts";

runConformance({ test, open: (options) => openTestDatabase(options) });
