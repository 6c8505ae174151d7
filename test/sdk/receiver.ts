// A server of the tests' own: it keeps what it was sent and answers what it is told.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly nonce: string
  /** Settles when the connection of this request has ended. */
  readonly closed: Promise<void>
}

export type Answering = (response: ServerResponse, request: Received) => void

/** Answers each request by the next of `answers`, the last of them again and again. */
export async function startReceiver (answers: readonly Answering[]): Promise<{
  readonly url: string
  readonly received: readonly Received[]
  readonly stop: () => Promise<void>
}> {
  const received: Received[] = []
  const server = createServer((message, response) => {
    const closed = new Promise<void>(resolve => { response.once('close', resolve) })
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const nonce = /nonce="([^"]+)"/.exec(String(message.headers['signature-input']))?.[1] ?? ''
      const body = Buffer.concat(chunks).toString()
      const request = { method: message.method!, target: message.url!, headers: message.headers, body, nonce, closed }
      received.push(request)
      answers[Math.min(received.length, answers.length) - 1]!(response, request)
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const stop = () => new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, stop }
}

/** A successful answer of JSON. */
export function json (value: unknown, status = 200): Answering {
  return response => { response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)) }
}

/** A refusal as kahub tells it. */
export function problem (status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Answering {
  return response => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    response.end(JSON.stringify({ type: 'about:blank', title: `About ${code}`, status, code, request_id: 'req_1', ...more }))
  }
}

/** Ends the connection without an answer. */
export const hangUp: Answering = response => { response.socket?.destroy() }

/** Never answers. */
export const saysNothing: Answering = () => {}
