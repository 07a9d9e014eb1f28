import type { Registry } from 'prom-client';

/** Metrics that are read when somebody asks, from where things are counted anyway. */
export interface MetricKinds {
  count(name: string, help: string, read: () => number): void;
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** One count for each value of the one label. */
  byOutcome(name: string, help: string, read: () => Readonly<Record<string, number>>): void;
}

export async function metricKinds(registry: Registry): Promise<MetricKinds> {
  const { Counter, Gauge } = await import('prom-client');
  const registers = [registry];
  return {
    count(name, help, read) {
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await read());
        },
      });
    },
    byOutcome(name, help, read) {
      new Counter({
        name,
        help,
        labelNames: ['outcome'],
        registers,
        collect() {
          this.reset();
          for (const [outcome, count] of Object.entries(read())) this.inc({ outcome }, count);
        },
      });
    },
  };
}
