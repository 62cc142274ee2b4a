/** Throughline over HTTP: a function from a request to a response, and a listener for Node. */
export { type Caller, type Role as CallerRole } from "./caller.ts";
export { type Connection } from "./answer-route.ts";
export { type Server, type ServerOptions, createServer } from "./create-server.ts";
export { type ListenOptions, type RunningServer, listen } from "./listen.ts";
export { type Failure, type RequestSummary } from "./reports.ts";
