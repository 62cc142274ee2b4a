import { runConformance } from "@throughline/conformance";
import { test } from "vitest";
import { openDatabase } from "./test/open-database.ts";

runConformance({ test, open: openDatabase });
