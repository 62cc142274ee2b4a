/** Throughline over HTTP: a function from a request to a response, and a listener for Node. */
export { type Caller, type Role as CallerRole } from "./caller.ts";
export { type Connection } from "./connection.ts";
export { type Server, type ServerOptions, createServer } from "./create-server.ts";
export { type EventSettings } from "./events/event-hub.ts";
export {
  type ApiKey,
  type ApiKeyJson,
  type KeyInput,
  createKey,
  forgetKey,
  keyToJson,
  knowsKeys,
  listKeys,
  revokeKey,
} from "./keys/key-store.ts";
export { keyIdIn } from "./keys/key-text.ts";
export { type ListenOptions, type RunningServer, isLoopback, listen } from "./listen.ts";
export { type Failure, type RequestSummary } from "./reports.ts";
export { type Schedule, type ScheduleOptions, scheduleCleanUp } from "./schedule.ts";
