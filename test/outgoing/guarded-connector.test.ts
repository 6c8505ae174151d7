// The guard within the connecting, branch by branch: quick, and on this machine alone. guard-address.test.ts shows the same from
// outside, by what arrives where it must not.
import t, { type Test } from 'tap'
import { once } from 'node:events'
import { createServer, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { CallbackRules } from '../../src/base/callback-url.ts'
import { AddressRefusal, connectMsMax, guardedConnector, openResolver, type Guard, type Resolve } from '../../src/outgoing/guard-address.ts'
import { makeCertificate } from '../support/certificate.ts'
import { openNameServer } from '../support/dns-server.ts'

const strict: CallbackRules = { ports: [443], loopback: false }
const here: CallbackRules = { ports: [443], loopback: true }
const fails: Resolve = async name => { throw new Error(`${name} was looked up`) }
const certificate = makeCertificate()

async function listen (t: Test, server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host)
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

interface To { readonly protocol?: string, readonly hostname: string, readonly port: number | '', readonly host?: string }

/** What a connection comes to: its socket, or the error that it was refused with; both at once would be a fault. */
function connect (guard: Partial<Guard>, { protocol = 'http:', hostname, port, host = hostname }: To): Promise<Socket | Error> {
  return new Promise((resolve, reject) => {
    guardedConnector({ rules: here, resolve: fails, ...guard })({ protocol, hostname, host, port: String(port) }, (...[error, socket]) => {
      if (error !== null && socket !== null) reject(new Error('an error and a socket'))
      else resolve(error ?? socket!)
    })
  })
}

/** Where a connection ended; it is over then. */
async function whereTo (guard: Partial<Guard>, to: To): Promise<string | undefined> {
  const reached = await connect(guard, to)
  if (reached instanceof Error) return reached.message
  const { remoteAddress } = reached
  reached.destroy()
  return remoteAddress
}

t.test('a refusal has its code, and names no address', async t => {
  t.match(new AddressRefusal(), {
    code: 'address_not_allowed',
    name: 'AddressRefusal',
    message: 'the address is not of the public Internet'
  })
  t.equal(connectMsMax, 10_000)
})

t.test('a literal that is not allowed is refused before there is a socket, in brackets, with a zone, at any port', async t => {
  let arrived = 0
  const server = createServer(socket => { arrived++; socket.destroy() })
  const port = await listen(t, server, '::')
  for (const hostname of ['127.0.0.1', '[::1]', '::1', '[::ffff:127.0.0.1]', '::1%lo', 'fe80::1%lo', '0.0.0.0']) {
    for (const protocol of ['http:', 'https:']) {
      for (const rules of [strict, { ...strict, ports: [port, 443] }]) {
        const guard = guardedConnector({ rules, resolve: fails })
        let refused: Error | null | undefined
        guard({ protocol, hostname, host: hostname, port: String(port) }, (...[error]) => { refused = error })
        t.ok(refused instanceof AddressRefusal, `${protocol} ${hostname}: at once`)
      }
    }
  }
  t.ok(await connect({ rules: here }, { hostname: '[::ffff:127.0.0.1]', port }) instanceof AddressRefusal,
    'loopback in disguise even in development')
  t.equal(arrived, 0)
})

t.test('this machine is connected to where that is allowed, by address and by name, over both families', async t => {
  const port = await listen(t, createServer(socket => socket.destroy()), '::')
  t.equal(await whereTo({}, { hostname: '127.0.0.1', port }), '127.0.0.1')
  t.equal(await whereTo({}, { hostname: '::1', port }), '::1')
  t.equal(await whereTo({ resolve: async () => ['127.0.0.1'] }, { hostname: 'four.test', port }), '127.0.0.1')
  t.equal(await whereTo({ resolve: async () => ['::1'] }, { hostname: 'six.test', port }), '::1')
  t.equal(await whereTo({ resolve: async () => ['10.0.0.1', '::1'] }, { hostname: 'both.test', port }), '::1',
    'what is not allowed is left out')
})

t.test('a socket that asks for one address gets one that was checked', async t => {
  const port = await listen(t, createServer(socket => socket.destroy()), '::')
  const before = getDefaultAutoSelectFamily()
  for (const everyFamily of [false, true]) {
    setDefaultAutoSelectFamily(everyFamily)
    t.teardown(() => setDefaultAutoSelectFamily(before))
    t.equal(await whereTo({ resolve: async () => ['10.0.0.1', '127.0.0.1'] }, { hostname: 'four.test', port }), '127.0.0.1',
      `${everyFamily}`)
    t.equal(await whereTo({ resolve: async () => ['::1', '10.0.0.1'] }, { hostname: 'six.test', port }), '::1', `${everyFamily}`)
    t.ok(await connect({ resolve: async () => ['10.0.0.1'] }, { hostname: 'private.test', port }) instanceof AddressRefusal)
    t.ok(await connect({ resolve: async () => [] }, { hostname: 'nowhere.test', port }) instanceof AddressRefusal)
  }
})

/** Which of the addresses of a name a connector would use: they are judged, and none is connected to. */
async function judged (rules: CallbackRules, to: Omit<To, 'hostname'>, addresses: readonly string[]): Promise<readonly string[]> {
  let allowed: readonly string[] = []
  const resolve: Resolve = async () => Object.assign([...addresses], {
    filter (judge: (address: string) => boolean) {
      allowed = addresses.filter(address => judge(address))
      return []
    }
  })
  const refused = await connect({ rules, resolve }, { ...to, hostname: 'name.test' })
  if (!(refused instanceof AddressRefusal)) throw new Error('connected to nothing')
  return allowed
}

t.test('of what a name means, public addresses are for https at a registered port alone', async t => {
  const all = ['1.1.1.1', '10.0.0.1', '127.0.0.1', '2606:4700::1', '::1', 'name', '']
  const open = ['1.1.1.1', '2606:4700::1']
  const own = ['127.0.0.1', '::1']
  t.same(await judged(strict, { protocol: 'https:', port: 443 }, all), open)
  t.same(await judged(strict, { protocol: 'https:', port: '' }, all), open, 'the port of https, not written')
  t.same(await judged(strict, { protocol: 'https:', port: 8443 }, all), [])
  t.same(await judged(strict, { protocol: 'http:', port: 443 }, all), [])
  t.same(await judged(strict, { protocol: 'http:', port: '' }, all), [])
  t.same(await judged({ ...strict, ports: [80] }, { protocol: 'https:', port: '' }, all), [], 'which is not that of http')
  t.same(await judged({ ...strict, ports: [8443, 443] }, { protocol: 'https:', port: 443 }, all), open, 'any of several ports')
  t.same(await judged({ ...strict, ports: [] }, { protocol: 'https:', port: 443 }, all), [])
  t.same(await judged(here, { protocol: 'https:', port: 443 }, all), ['1.1.1.1', '127.0.0.1', '2606:4700::1', '::1'])
  t.same(await judged(here, { protocol: 'http:', port: 3000 }, all), own)
})

t.test('what goes wrong is told as it is: a name that has no address, a port where nobody listens', async t => {
  t.match(await connect({ resolve: async () => { throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }) } },
    { hostname: 'name.test', port: 80 }), { code: 'ENOTFOUND' })
  const server = createServer()
  const port = await listen(t, server)
  server.close()
  await once(server, 'close')
  t.match(await connect({}, { hostname: '127.0.0.1', port }), { code: 'ECONNREFUSED' })
})

t.test('a socket that ended up where it may not be is destroyed', async t => {
  const ended = new Promise<void>(resolve => {
    createServer(socket => { socket.on('error', () => {}).resume().once('close', () => resolve()) }).unref()
      .listen(0, '127.0.0.1', function (this: Server) {
        t.teardown(() => this.close())
        const { port } = this.address() as AddressInfo
        // The rules change while the connection is made: the address was allowed when it was checked, and is not when it stands.
        let asked = 0
        const rules: CallbackRules = { ports: [443], get loopback () { return asked++ === 0 } }
        void connect({ rules }, { hostname: '127.0.0.1', port }).then(outcome => t.ok(outcome instanceof AddressRefusal))
      })
  })
  await ended
})

t.test('over TLS only a certificate that is trusted will do, from version 1.2 on, and HTTP/1.1 is spoken', async t => {
  const spoken: unknown[] = []
  const server = createTlsServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, socket => {
    spoken.push(socket.alpnProtocol)
    socket.on('error', () => {}).end()
  }).on('tlsClientError', () => {})
  const port = await listen(t, server)
  const to: To = { protocol: 'https:', hostname: '127.0.0.1', host: 'localhost', port }
  t.match(await connect({}, to), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  const socket = await connect({ authorities: certificate.cert }, to) as TLSSocket
  t.equal(socket.authorized, true)
  t.equal(socket.alpnProtocol, 'http/1.1')
  socket.destroy()
  t.match(await connect({ authorities: certificate.cert }, { ...to, host: 'other.test' }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })

  const old = createTlsServer({
    ...certificate,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0'
  }).on('tlsClientError', () => {})
  t.ok(await connect({ authorities: certificate.cert }, { ...to, port: await listen(t, old) }) instanceof Error)
})

t.test('names are looked up at the servers named, in both families', async t => {
  const names: Readonly<Record<string, readonly string[]>> = {
    'four.test': ['192.0.2.1', '192.0.2.2'],
    'six.test': ['2001:db8::1'],
    'both.test': ['192.0.2.3', '2001:db8::3'],
    'local.test': ['127.0.0.1']
  }
  const server = await openNameServer(t, name => names[name] ?? [])
  const resolve = openResolver([server.address])
  t.same(await resolve('four.test'), ['192.0.2.1', '192.0.2.2'])
  t.same(await resolve('six.test'), ['2001:db8::1'])
  t.same(await resolve('both.test'), ['192.0.2.3', '2001:db8::3'], 'IPv4 first')
  await t.rejects(resolve('none.test'), { code: 'ENODATA', syscall: 'queryA' })
  t.same(server.asked, ['four.test', 'six.test', 'both.test', 'none.test'])
  t.same(await resolve('localhost'), ['127.0.0.1', '::1'], 'this machine is not asked for')
  t.same(server.asked.length, 4)
  t.same(await openResolver()('localhost'), ['127.0.0.1', '::1'])
})
