import type { Write } from "../../contract/batch.ts";

/** Makes a project in the batch that first names it; one that is there stays as it is. */
export function insertProject(projectId: string, now: number): Write {
  const record = { projectId, name: projectId, repository: "", createdAt: now };
  return { type: "insert", kind: "projects", record, exists: "keep" };
}
