// autocannon as a process of its own: gets a plan as a message, answers what it heard. Every request is signed before the clock starts.
import autocannon from 'autocannon'
import type { LoadPlan } from './load-plan.ts'
import type { Heard } from './other-generators.ts'
import { signedRequests } from './prepare-requests.ts'

process.once('message', (plan: LoadPlan) => {
  send(plan).then(
    heard => process.send!({ heard }, () => process.exit(0)),
    error => process.send!({ error: `autocannon: ${(error as Error).message}` }, () => process.exit(1)))
})
process.once('disconnect', () => process.exit(1))

async function send (plan: LoadPlan): Promise<Heard> {
  const requests = [...signedRequests(plan)]
  let next = 0
  const { requests: answered, duration, latency, non2xx, errors, timeouts } = await autocannon({
    url: `http://${plan.host}:${plan.ports[0]}`,
    connections: plan.connections,
    duration: Math.ceil(plan.measureMs / 1000),
    requests: [{
      setupRequest (request) {
        const { method, target, headers, body } = requests[Math.min(next++, requests.length - 1)]!
        return { ...request, method: method as 'GET', path: target, headers: { ...headers }, ...(body !== undefined && { body }) }
      }
    }]
  })
  if (non2xx + errors + timeouts > 0) throw new Error(`${non2xx} requests were refused, ${errors + timeouts} broke`)
  return { answers: answered.total, perSecond: answered.total / duration, p50Ms: latency.p50, p99Ms: latency.p99 }
}
