// A receiver of callbacks on this machine: it keeps what arrives and answers as it is told, or not at all.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

export interface Callback {
  /** The path it was sent to. */
  readonly path: string
  /** The delivery's id. */
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: any
}

/** A status, with headers perhaps; or a promise of one, which is waited for. */
export type ReceiverAnswer = number | { readonly status: number, readonly headers: Readonly<Record<string, string>> }

export interface CallbackReceiver {
  readonly url: string
  readonly received: readonly Callback[]
  /** The most that were being received at once, by path. */
  readonly atOnce: ReadonlyMap<string, number>
}

/** Opens a receiver; it answers 200 when it is not told otherwise. */
export async function openCallbackReceiver (t: Test,
  answer: (callback: Callback) => ReceiverAnswer | Promise<ReceiverAnswer> = () => 200): Promise<CallbackReceiver> {
  const received: Callback[] = []
  const open = new Map<string, number>()
  const atOnce = new Map<string, number>()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', chunk => { text += chunk }).once('end', async () => {
      const path = request.url!
      const callback = { path, id: String(request.headers['webhook-id']), headers: request.headers, text, json: JSON.parse(text) }
      received.push(callback)
      open.set(path, (open.get(path) ?? 0) + 1)
      atOnce.set(path, Math.max(atOnce.get(path) ?? 0, open.get(path)!))
      const said = await answer(callback)
      open.set(path, open.get(path)! - 1)
      response.writeHead(typeof said === 'number' ? said : said.status, typeof said === 'number' ? {} : said.headers).end()
    })
  })
  server.on('connection', socket => sockets.add(socket.once('close', () => sockets.delete(socket))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, atOnce }
}
