// Requests as bytes, made and signed before the clock starts, so that sending one is a single write.
import { randomBytes } from 'node:crypto'
import { hmacKey, sign, type SigningKey } from '../src/base/signature.ts'
import { preparedBytesMax, type LoadPlan, type PageLoad } from './load-plan.ts'

const nonceBytes = 16

/** Makes the plan's requests, each with a nonce and a reference of its own. Signatures age: send within four minutes. */
export function prepareRequests (plan: LoadPlan): Buffer[] {
  const keys = plan.signers.map(({ keyId, secret }): SigningKey => ({ id: keyId, algorithm: 'hmac-sha256', secret: hmacKey(secret) }))
  const draw = drawer(plan.seed)
  const host = `${plan.host}:${plan.ports[0]}`
  const created = Math.floor(Date.now() / 1000)
  const nonces = randomBytes(nonceBytes * plan.requestsMax)
  const requests: Buffer[] = []
  let bytes = 0
  for (let i = 0; i < plan.requestsMax && bytes < preparedBytesMax; i++) {
    if (plan.load.kind === 'pages') {
      const buffer = pageRequest(plan.load, host, draw)
      bytes += buffer.byteLength
      requests.push(buffer)
      continue
    }
    const key = keys[draw(keys.length)]!
    const nonce = nonces.toString('base64url', i * nonceBytes, (i + 1) * nonceBytes)
    const request = requestOf({ load: plan.load }, i, draw)
    const headers = sign({ ...request, headers: {} }, key, { created, nonce })
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const content = request.body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${request.body.length}\r\n`
    const line = `${request.method} ${request.target} HTTP/1.1\r\nhost: ${host}\r\n`
    const buffer = Buffer.from(`${line}${content}${fields}\r\n${request.body ?? ''}`, 'latin1')
    bytes += buffer.byteLength
    requests.push(buffer)
  }
  return requests
}

function pageRequest ({ target, headers }: PageLoad, host: string, draw: (below: number) => number): Buffer {
  const fields = Object.entries({ ...headers, 'x-forwarded-for': drawAddress(draw) }).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${fields}\r\n`, 'latin1')
}

/** An address of 10.0.0.0/8. */
export function drawAddress (draw: (below: number) => number): string {
  return `10.${draw(256)}.${draw(256)}.${1 + draw(254)}`
}

function requestOf ({ load }: { readonly load: Exclude<LoadPlan['load'], PageLoad> }, i: number, draw: (below: number) => number): { method: string, target: string, body?: string } {
  if (load.kind === 'reads') return { method: 'GET', target: load.targets[draw(load.targets.length)]! }
  if (load.kind === 'queries') return { method: 'POST', target: load.target, body: load.bodies[draw(load.bodies.length)]! }
  const lines = [{ sku: load.skus[draw(load.skus.length)]!, quantity: load.quantity }]
  const order = { reference: `${load.referencePrefix}-${i}`, lines }
  if (load.kind === 'orders') return { method: 'POST', target: '/v1/orders', body: JSON.stringify(order) }
  return { method: 'POST', target: '/graphql', body: JSON.stringify({ query: load.query, variables: { input: order } }) }
}

/** Draws whole numbers below a bound, the same for the same seed (mulberry32). */
export function drawer (seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below)
  }
}
