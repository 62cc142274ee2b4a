import { runConformance } from "@throughline/conformance";
import { test } from "vitest";
import { openTestStore } from "./test/open-test-store.ts";

runConformance({ test, open: openTestStore });
