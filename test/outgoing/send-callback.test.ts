// Whatever a receiver does, a callback ends within its time, having read little, and says in a word what became of it.
import t, { type Test } from 'tap'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { openSender, type Sender, type SenderOptions } from '../../src/outgoing/send-callback.ts'
import { openNameServer } from '../support/dns-server.ts'
import { openResolver } from '../../src/outgoing/guard-address.ts'
import { makeCertificate } from '../support/certificate.ts'

const rules = { ports: [443], loopback: true }
const headers = { 'content-type': 'application/json', 'webhook-id': 'dlv_1' }
const body = '{"type":"order.completed"}'

function senderFor (t: Test, options: Partial<SenderOptions> = {}): Sender {
  const sender = openSender({ rules, ...options })
  t.teardown(() => sender.close())
  return sender
}

async function listen (t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A receiver that speaks HTTP; gives its URL. */
const receive = async (t: Test, listener: RequestListener) => `http://127.0.0.1:${await listen(t, createHttpServer(listener))}/`

/** A receiver that answers the first bytes of a request as it likes; `done` settles when its connection is closed. */
async function answerRaw (t: Test, answer: (socket: Socket) => void): Promise<{ url: string, closed: Promise<number> }> {
  const done = Promise.withResolvers<number>()
  const port = await listen(t, createServer(socket => {
    socket.once('data', () => answer(socket))
    socket.once('close', () => done.resolve(socket.bytesWritten))
  }))
  return { url: `http://127.0.0.1:${port}/`, closed: done.promise }
}

t.test('a receiver gets the headers and the body as they were given, and its status is told', async t => {
  const received: { method: string | undefined, url: string | undefined, id: unknown, text: string }[] = []
  const url = await receive(t, (request, response) => {
    let text = ''
    request.on('data', chunk => { text += chunk }).once('end', () => {
      received.push({ method: request.method, url: request.url, id: request.headers['webhook-id'], text })
      response.writeHead(204).end()
    })
  })
  const sent = await senderFor(t).send({ url: `${url}hook?shop=1`, headers, body })
  t.match(sent, { status: 204, error: null, retryAfterMs: null })
  t.ok(sent.durationMs >= 0 && sent.startedAt instanceof Date)
  t.same(received, [{ method: 'POST', url: '/hook?shop=1', id: 'dlv_1', text: body }])
})

t.test('refusals are told with what they ask for, and the head of the answer is kept', async t => {
  const url = await receive(t, (request, response) => {
    request.resume()
    const status = Number(request.url!.slice(1))
    const after = { 429: '7', 503: new Date(Date.now() + 60_000).toUTCString() }[status]
    response.writeHead(status, { ...(after && { 'retry-after': after }), 'x-told': 'yes' }).end(`it is ${status}\0`)
  })
  const sender = senderFor(t)
  t.match(await sender.send({ url: url + '410', headers, body }), {
    status: 410,
    error: null,
    retryAfterMs: null,
    answerHead: /x-told: yes\n[^]*\n\nit is 410 $/
  })
  t.match(await sender.send({ url: url + '429', headers, body }), { status: 429, error: null, retryAfterMs: 7_000 })
  const { retryAfterMs } = await sender.send({ url: url + '503', headers, body })
  t.ok(retryAfterMs! > 50_000 && retryAfterMs! <= 60_000, String(retryAfterMs))
})

t.test('an answer of ten gigabytes is left after the first 64 kB, and what its status said counts', async t => {
  const { url, closed } = await answerRaw(t, socket => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${10 * 2 ** 30}\r\n\r\n`)
    const more = (): void => { while (socket.writable && socket.write(Buffer.alloc(16_384))); }
    socket.on('drain', more)
    more()
  })
  const sent = await senderFor(t).send({ url, headers, body })
  t.match(sent, { status: 200, error: null })
  t.ok(sent.answerHead.length < 2_000)
  t.ok(await closed < 32 * 2 ** 20, 'the connection is closed long before')
})

t.test('a flood of headers ends the connection', async t => {
  const { url, closed } = await answerRaw(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const more = (): void => { while (socket.writable && socket.write(`x-flood-${Math.random()}: ${'x'.repeat(1_000)}\r\n`)); }
    socket.on('drain', more)
    more()
  })
  t.match(await senderFor(t).send({ url, headers, body }), { status: null, error: 'headers_too_large' })
  await closed
})

t.test('whoever is slow runs out of time: a byte at a time, before, inside or after the headers', async t => {
  const parts = {
    silence: [],
    head: [...'HTTP/1.1 200 Slowly, slowly'],
    headers: ['HTTP/1.1 200 OK\r\n', 'x', 'y'],
    body: ['HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', 'a', 'b']
  }
  const sender = senderFor(t, { msMax: 400 })
  await Promise.all(Object.entries(parts).map(async ([name, pieces]) => {
    const { url, closed } = await answerRaw(t, socket => {
      let n = 0
      const trickle = setInterval(() => { socket.write(pieces[n++] ?? (name === 'silence' ? '' : 'a')) }, 50)
      socket.once('close', () => clearInterval(trickle))
    })
    t.match(await sender.send({ url, headers, body }), { status: name === 'body' ? 200 : null, error: 'timeout' }, name)
    await closed
  }))
})

t.test('an informational answer is none, however many there are', async t => {
  const { url } = await answerRaw(t, socket => {
    const more = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'), 20)
    socket.once('close', () => clearInterval(more))
  })
  t.match(await senderFor(t, { msMax: 300 }).send({ url, headers, body }), { status: null, error: 'timeout' })
})

t.test('what is no HTTP, is cut, or is not there has its word', async t => {
  const sender = senderFor(t)
  const garbage = await answerRaw(t, socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  t.match(await sender.send({ url: garbage.url, headers, body }), { status: null, error: 'invalid_answer' })
  const cut = await answerRaw(t, socket => socket.destroy())
  t.match(await sender.send({ url: cut.url, headers, body }), { status: null, error: 'connection_lost' })
  const half = await answerRaw(t, socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf'))
  t.match(await sender.send({ url: half.url, headers, body }), { status: 200, error: 'connection_lost' })
  const closed = createServer()
  const port = await listen(t, closed)
  await new Promise(resolve => closed.close(resolve))
  t.match(await sender.send({ url: `http://127.0.0.1:${port}/`, headers, body }), { status: null, error: 'connection_refused' })
  const names = await openNameServer(t, () => [])
  const named = senderFor(t, { resolve: openResolver([names.address]) })
  t.match(await named.send({ url: 'https://gone.example.org/', headers, body }), { status: null, error: 'name_not_found' })
})

t.test('TLS that proves nothing is a failure, and nothing is sent over it', async t => {
  let requests = 0
  const certificate = makeCertificate()
  const secured = createTlsServer(certificate, (request, response) => {
    requests++
    request.resume().once('end', () => response.end())
  })
  const port = await listen(t, secured)
  const plain = new URL(await receive(t, (_request, response) => { response.end() })).port
  t.match(await senderFor(t).send({ url: `https://localhost:${port}/`, headers, body }), { status: null, error: 'tls_failed' },
    'nobody vouches for it')
  const trusting = senderFor(t, { authorities: certificate.cert })
  t.match(await trusting.send({ url: `https://127.0.0.1:${port}/`, headers, body }), { status: null, error: 'tls_failed' },
    'it is for another name')
  t.match(await trusting.send({ url: `https://localhost:${plain}/`, headers, body }), { status: null, error: 'tls_failed' },
    'it speaks no TLS')
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
  })
  t.match(await senderFor(t).send({ url: `https://localhost:${port}/`, headers, body }), { status: null, error: 'tls_failed' },
    'and no environment makes it do')
  t.equal(requests, 0)
  t.match(await trusting.send({ url: `https://localhost:${port}/`, headers, body }), { status: 200, error: null })
  t.equal(requests, 1)
})

t.test('connections are kept for the next callback, and closing cuts what is under way', async t => {
  const ports = new Set<number | undefined>()
  const waiting = Promise.withResolvers<void>()
  const url = await receive(t, (request, response) => {
    ports.add(request.socket.remotePort)
    if (request.url === '/wait') return waiting.resolve()
    request.resume().once('end', () => response.end())
  })
  const sender = openSender({ rules })
  for (let n = 0; n < 9; n++) t.match(await sender.send({ url, headers, body }), { status: 200 })
  t.ok(ports.size <= 2, 'one is free again a turn after its answer')
  const cut = sender.send({ url: url + 'wait', headers, body })
  await waiting.promise
  await sender.close()
  t.match(await cut, { status: null, error: 'stopped' })
})
