/** What Prometheus reads: counts and durations of what the server does. Labels never hold names of tenants or users. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { CommitReport } from "./watch-commits.ts";

/** What is asked when somebody reads the metrics. */
export interface MetricsSources {
  /** Event streams that are open. */
  streams(): number;
  /** Tenants whose feeds are followed. */
  followers(): number;
  /** Whether the store can be read. */
  isStoreUp(): Promise<boolean>;
}

export interface AnsweredRequest {
  /** The pattern of the path, such as `/sessions/:id`; undefined where none fits. */
  readonly route: string | undefined;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one server. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<"route" | "method" | "status">;
  readonly #durations: Histogram<"route" | "method">;
  readonly #commits: Counter<"outcome">;
  readonly #commitDurations: Histogram;
  readonly #feedLag: Histogram;

  constructor({ streams, followers, isStoreUp }: MetricsSources) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: "throughline_http_requests_total",
      help: "Requests that were answered.",
      labelNames: ["route", "method", "status"],
      registers,
    });
    this.#durations = new Histogram({
      name: "throughline_http_request_duration_seconds",
      help: "From a request's arrival to the head of its answer.",
      labelNames: ["route", "method"],
      buckets: seconds,
      registers,
    });
    this.#commits = new Counter({
      name: "throughline_commits_total",
      help: "Batches of this process by how they ended; replayed ones were there already.",
      labelNames: ["outcome"],
      registers,
    });
    for (const outcome of ["written", "replayed", "refused", "unknown"]) this.#commits.inc({ outcome }, 0);
    this.#commitDurations = new Histogram({
      name: "throughline_commit_duration_seconds",
      help: "How long batches of this process took.",
      buckets: seconds,
      registers,
    });
    this.#feedLag = new Histogram({
      name: "throughline_feed_lag_seconds",
      help: "From a commit to the moment when open event streams were told of it.",
      buckets: seconds,
      registers,
    });
    addGauge(this.#registry, "throughline_event_streams", "Event streams that are open.", streams);
    addGauge(
      this.#registry,
      "throughline_feed_followers",
      "Tenants whose feeds are followed for event streams.",
      followers,
    );
    addGauge(this.#registry, "throughline_store_up", "Whether the store can be read: 1 or 0.", async () =>
      Number(await isStoreUp()),
    );
  }

  countRequest({ route = "none", method: given, status, durationMs }: AnsweredRequest): void {
    // Anybody may send a method of their own.
    const method = methods.has(given) ? given : "other";
    this.#requests.inc({ route, method, status });
    this.#durations.observe({ route, method }, durationMs / 1_000);
  }

  countCommit({ outcome, durationMs }: CommitReport): void {
    this.#commits.inc({ outcome });
    this.#commitDurations.observe(durationMs / 1_000);
  }

  /** An entry of the feed was this old when it was told. */
  observeLag(milliseconds: number): void {
    this.#feedLag.observe(Math.max(0, milliseconds) / 1_000);
  }

  /** Everything, as Prometheus reads it. */
  async write(): Promise<{ readonly text: string; readonly type: string }> {
    const all = Registry.merge([this.#registry, processRegistry()]);
    return { text: await all.metrics(), type: all.contentType };
  }
}

function addGauge(
  registry: Registry,
  name: string,
  help: string,
  measure: () => number | Promise<number>,
): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      gauge.set(await measure());
    },
  });
}

let ofProcess: Registry | undefined;

/** Of the process, however many servers it has. Watched from the first time that somebody asks. */
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}
