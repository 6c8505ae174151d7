// Requests as bytes, made and signed before the clock starts, so that sending one is a single write.
import { createPrivateKey, randomBytes } from 'node:crypto'
import { hmacKey, sign, type SigningKey } from '../src/base/signature.ts'
import { preparedBytesMax, type LoadPlan, type PairSigner, type PlainOrderLoad, type Signer } from './load-plan.ts'

const nonceBytes = 16

/** A request in its parts; `headers` are all but host and length. */
export interface PreparedRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Makes the plan's requests, each with a nonce and a reference of its own. Signatures age: send within four minutes. */
export function prepareRequests (plan: LoadPlan): Buffer[] {
  const host = `${plan.host}:${plan.ports[0]}`
  const requests: Buffer[] = []
  let bytes = 0
  for (const request of signedRequests(plan)) {
    const buffer = bytesOf(request, host)
    requests.push(buffer)
    bytes += buffer.byteLength
    if (bytes >= preparedBytesMax) break
  }
  return requests
}

/** The same in their parts, for other generators. */
export function * signedRequests (plan: LoadPlan): Generator<PreparedRequest> {
  const keys = plan.signers.map(signingKeyOf)
  const draw = drawer(plan.seed)
  const created = Math.floor(Date.now() / 1000)
  const nonces = randomBytes(nonceBytes * plan.requestsMax)
  for (let i = 0; i < plan.requestsMax; i++) {
    const { load } = plan
    if (load.kind === 'pages') {
      yield { method: 'GET', target: load.target, headers: { ...load.headers, 'x-forwarded-for': drawAddress(draw) } }
      continue
    }
    if (load.kind === 'plain orders') {
      yield plainOrder(load, draw)
      continue
    }
    const key = keys[draw(keys.length)]!
    const nonce = nonces.toString('base64url', i * nonceBytes, (i + 1) * nonceBytes)
    const request = requestOf(load, i, draw)
    const headers = sign({ ...request, headers: {} }, key, { created, nonce })
    yield { ...request, headers: request.body === undefined ? headers : { 'content-type': 'application/json', ...headers } }
  }
}

/** A request as HTTP/1.1 writes it. */
export function bytesOf ({ method, target, headers, body }: PreparedRequest, host: string): Buffer {
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n`
  if (body !== undefined) head += `content-length: ${body.length}\r\n`
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  return Buffer.from(`${head}\r\n${body ?? ''}`, 'latin1')
}

function signingKeyOf (signer: Signer | PairSigner): SigningKey {
  if ('secret' in signer) return { id: signer.keyId, algorithm: 'hmac-sha256', secret: hmacKey(signer.secret) }
  return { id: signer.keyId, algorithm: 'ed25519', privateKey: createPrivateKey(signer.privateKey) }
}

type Draw = (below: number) => number

/** An address of 10.0.0.0/8. */
export function drawAddress (draw: Draw): string {
  return `10.${draw(256)}.${draw(256)}.${1 + draw(254)}`
}

function plainOrder ({ wallets, skus }: PlainOrderLoad, draw: Draw): PreparedRequest {
  // Random, as pgbench draws its references; the plan's seed is the same in each run, so its own draw would repeat them.
  const reference = String(randomBytes(referenceBytes).readUIntBE(0, referenceBytes))
  const body = JSON.stringify({ wallet: 1 + draw(wallets), sku: 1 + draw(skus), reference })
  return { method: 'POST', target: '/orders', headers: { 'content-type': 'application/json' }, body }
}

const referenceBytes = 6

type SignedLoad = Exclude<LoadPlan['load'], { readonly kind: 'pages' | 'plain orders' }>

function requestOf (load: SignedLoad, i: number, draw: Draw): { method: string, target: string, body?: string } {
  if (load.kind === 'mixed') return requestOf(load.of[i % load.of.length]!, i, draw)
  if (load.kind === 'reads') return { method: 'GET', target: load.targets[draw(load.targets.length)]! }
  if (load.kind === 'queries') return { method: 'POST', target: load.target, body: load.bodies[draw(load.bodies.length)]! }
  const lines = [{ sku: load.skus[draw(load.skus.length)]!, quantity: load.quantity }]
  const order = { reference: `${load.referencePrefix}-${i}`, lines }
  if (load.kind === 'orders') return { method: 'POST', target: '/v1/orders', body: JSON.stringify(order) }
  return { method: 'POST', target: '/graphql', body: JSON.stringify({ query: load.query, variables: { input: order } }) }
}

/** Draws whole numbers below a bound, the same for the same seed (mulberry32). */
export function drawer (seed: number): Draw {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below)
  }
}
