// Asking the graph, as a client that signs does.
import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { randomText } from '../../src/base/ids.ts'
import { sign } from '../../src/base/signature.ts'
import type { Reseller } from './house.ts'

export interface GraphAnswer { readonly data?: any, readonly errors?: readonly GraphError[] }
export interface GraphError { readonly message: string, readonly path?: readonly (string | number)[], readonly extensions: Readonly<Record<string, any>> }

/** Asks with POST as new clients do. */
export function graphReader (reseller: Reseller): (query: string, variables?: object) => Promise<GraphAnswer> {
  return async (query, variables) => {
    const answer = await reseller.send('POST', '/graphql', {
      body: { query, ...(variables && { variables }) },
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' }
    })
    return answer.json
  }
}

/** `fetch` for clients that cannot sign: every request is signed as it leaves. */
export function signingFetch (reseller: Reseller): typeof fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const method = init.method ?? 'GET'
    const { body } = init
    const headers = Object.fromEntries(new Headers(init.headers))
    const given = typeof body === 'string' ? body : undefined
    const answer = await reseller.send(method, pathname + search, { headers: given === undefined ? headers : { 'content-type': '', ...headers }, body: given })
    return new Response(answer.text, { status: answer.status, headers: answer.headers as Record<string, string> })
  }
}

/** Where an answer was refused, and why: path and code. */
export function refusalsOf ({ errors = [] }: GraphAnswer): [path: string, code: string][] {
  return errors.map(({ path = [], extensions }) => [path.join('.'), extensions.code])
}

/** Headers of a signed request to open a WebSocket. */
export function signedUpgrade ({ credentials: { keyId, secret } }: Reseller, target: string): Record<string, string> {
  const request = { method: 'GET', target, headers: {}, body: undefined }
  return sign(request, { id: keyId, algorithm: 'hmac-sha256', secret }, { created: Math.floor(Date.now() / 1000), nonce: randomText(16) })
}

export interface SseFrame { readonly event: string, readonly data: any }
export interface Sse { readonly headers: IncomingHttpHeaders, next (): Promise<SseFrame>, close (): void }

/** Opens a subscription as server-sent events, and reads them one by one. */
export async function openSse ({ credentials: { url, keyId, secret } }: Reseller, body: object): Promise<Sse> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  const signed = sign({ method: 'POST', target: '/graphql', headers, body: text }, { id: keyId, algorithm: 'hmac-sha256', secret }, { created: Math.floor(Date.now() / 1000), nonce: randomText(16) })
  const request = httpRequest(`${url}/graphql`, { method: 'POST', headers: { ...headers, ...signed } })
  request.end(text)
  const [response] = await once(request, 'response') as [IncomingMessage]
  const frames = framesOf(response)
  return {
    headers: response.headers,
    async next () {
      const { value, done } = await frames.next()
      if (done) throw new Error(`the stream ended with ${response.statusCode}`)
      return value
    },
    close: () => request.destroy()
  }
}

async function * framesOf (response: IncomingMessage): AsyncGenerator<SseFrame, void, undefined> {
  let rest = ''
  for await (const chunk of response.setEncoding('utf8')) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop()!
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.+)$/m.exec(block)?.[1]
      if (event !== undefined) yield { event, data: data === undefined ? undefined : JSON.parse(data) }
    }
  }
}
