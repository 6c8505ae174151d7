// What the gateways of the tests have in common: an HTTP server that can be slow, broken or gone.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** gone: the connection is cut. lost: the request is carried out and its answer cut. silent: nothing is ever answered. broken: it is no
 *  answer of the gateway's. failing: 500. unsigned: the signature of the answer is another. huge: the answer has no end. */
export type Mode = 'well' | 'gone' | 'lost' | 'silent' | 'broken' | 'failing' | 'unsigned' | 'huge'

export interface Asked { readonly method: string, readonly url: URL, readonly headers: IncomingHttpHeaders, readonly body: string }

export interface Answered { readonly status: number, readonly headers?: Readonly<Record<string, string>>, readonly body: string }

export interface FakeServer {
  readonly url: string
  mode: Mode
  /** What arrived, the oldest first. */
  readonly asked: Asked[]
}

/** Opens a server; it is closed when the test ends. */
export async function openFakeServer (t: Test, answer: (asked: Asked) => Answered): Promise<FakeServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const asked = {
        method: request.method!, url: new URL(request.url!, fake.url), headers: request.headers, body: Buffer.concat(chunks).toString()
      }
      fake.asked.push(asked)
      reply(asked, response)
    })
  })
  const reply = (asked: Asked, response: ServerResponse): void => {
    switch (fake.mode) {
      case 'gone': return void response.destroy()
      case 'silent': return
      case 'broken': return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>')
      case 'failing': return void response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"type":"api_error"}}')
      case 'huge': return flood(response)
      case 'lost':
        answer(asked)
        return void response.destroy()
      default: {
        const { status, headers, body } = answer(asked)
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
      }
    }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const fake: FakeServer = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, mode: 'well', asked: [] }
  return fake
}

function flood (response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 32)));
  }
  response.on('drain', more)
  response.on('error', () => {})
  more()
}
