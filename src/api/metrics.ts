import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  countRequest (route: string, method: string, status: number, ms: number): void
}

/** The process's metrics; `waiting` is read when they are asked for. */
export function openMetrics (waiting: () => { readonly live: number, readonly test: number }): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({ name: 'kahub_requests_total', help: 'Requests answered.', labelNames: ['route', 'method', 'status'], registers: [registry] })
  const seconds = new Histogram({
    name: 'kahub_request_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['route'],
    registers: [registry],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]
  })
  registry.registerMetric(new Gauge({
    name: 'kahub_orders_waiting',
    help: 'Orders waiting for their batch.',
    labelNames: ['world'],
    registers: [],
    collect () {
      const counts = waiting()
      this.set({ world: 'live' }, counts.live)
      this.set({ world: 'test' }, counts.test)
    }
  }))
  // Looking a label set up costs more than counting: each is looked up once. Routes, methods and statuses are few.
  const counters = new Map<string, ReturnType<typeof requests.labels>>()
  const timers = new Map<string, ReturnType<typeof seconds.labels>>()
  return {
    registry,
    countRequest (route, method, status, ms) {
      const name = `${method} ${status} ${route}`
      let counter = counters.get(name)
      if (!counter) counters.set(name, counter = requests.labels(route, method, String(status)))
      let timer = timers.get(route)
      if (!timer) timers.set(route, timer = seconds.labels(route))
      counter.inc()
      timer.observe(ms / 1000)
    }
  }
}
