import { runConformance } from "@throughline/conformance";
import { afterAll, test } from "vitest";
import { dropEmptied, openEmptiedStore } from "./test/open-test-store.ts";

afterAll(dropEmptied);

runConformance({ test, open: openEmptiedStore });
