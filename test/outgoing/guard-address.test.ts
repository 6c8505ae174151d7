// Nothing leaves for an address that is not allowed, however it is written, named, renamed or redirected to: a trap counts every
// connection that arrives, and none may.
import t, { type Test } from 'tap'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent } from 'undici'
import { isPublicAddress, mayConnect, readCallbackUrl, strictCallbackRules, type CallbackRules } from '../../src/base/callback-url.ts'
import { guardedConnector, openResolver } from '../../src/outgoing/guard-address.ts'
import { openSender, type SendOutcome } from '../../src/outgoing/send-callback.ts'
import { openNameServer } from '../support/dns-server.ts'

const body = '{}'
const headers = { 'content-type': 'application/json' }

/** A server that answers nothing and counts who comes. */
async function openTrap (t: Test): Promise<{ port: number, caught: () => number }> {
  let caught = 0
  const server = createServer(socket => {
    caught++
    socket.destroy()
  })
  const port = await listen(t, server, '::')
  return { port, caught: () => caught }
}

async function listen (t: Test, server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host)
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

/** The rules under test: everything is strict but that the trap's port is allowed, so that the address alone decides. */
const rulesFor = (port: number): CallbackRules => ({ ...strictCallbackRules, ports: [443, port] })

/** Loopback, private, link-local and other special addresses, as people have written them to get past a guard. `@` is the port. */
const forms = [
  'https://127.0.0.1:@/', 'https://127.0.0.2:@/', 'https://127.255.255.254:@/', 'https://0.0.0.0:@/', 'https://0:@/', 'https://127.1:@/',
  'https://127.0.1:@/', 'https://2130706433:@/', 'https://017700000001:@/', 'https://0177.0.0.1:@/', 'https://0177.0.0.01:@/',
  'https://0x7f000001:@/', 'https://0x7f.0.0.1:@/', 'https://0x7f.1:@/', 'https://0X7F.0x0.0x0.0x1:@/', 'https://127.0.0.1.:@/',
  'https://00000177.0.0.1:@/', 'https://0x7f.0.1:@/', 'https://127.0x0.0.01:@/', 'https://%31%32%37.0.0.1:@/', 'https://127。0。0。1:@/',
  'https://１２７.０.０.１:@/', 'https://①②⑦.⓪.⓪.①:@/', 'https://127.0.0.1%00:@/', 'https://127.0.0.1\t:@/', 'https:\\\\127.0.0.1:@/',
  'https:/127.0.0.1:@/', 'https:127.0.0.1:@/', 'https:///127.0.0.1:@/', ' https://127.0.0.1:@/', 'https://127.0.0.1:@\\@example.com/',
  'https://[::1]:@/', 'https://[0:0:0:0:0:0:0:1]:@/', 'https://[0000::0001]:@/', 'https://[::]:@/', 'https://[::ffff:127.0.0.1]:@/',
  'https://[::ffff:7f00:1]:@/', 'https://[0:0:0:0:0:ffff:7f00:0001]:@/', 'https://[::127.0.0.1]:@/', 'https://[::7f00:1]:@/',
  'https://[64:ff9b::127.0.0.1]:@/', 'https://[64:ff9b::7f00:1]:@/', 'https://[64:ff9b:1::7f00:1]:@/', 'https://[2002:7f00:1::]:@/',
  'https://[2002:7f00:0001::1]:@/', 'https://[2001:0:7f00:1::]:@/', 'https://[2001:0:4136:e378:8000:63bf:80ff:fffe]:@/',
  'https://[fe80::1]:@/', 'https://[fe80::1%25lo]:@/', 'https://[fe80::1%25eth0]:@/', 'https://[::1%25lo]:@/', 'https://[::1%lo]:@/',
  'https://[fc00::1]:@/',
  'https://[fd00:ec2::254]:@/', 'https://[fec0::1]:@/', 'https://[ff02::1]:@/', 'https://[2001:db8::1]:@/', 'https://[3fff::1]:@/',
  'https://[100::1]:@/', 'https://[2606:4700::5efe:7f00:1]:@/', 'https://[2606:4700::200:5efe:7f00:1]:@/',
  'https://10.0.0.1:@/', 'https://172.16.0.1:@/', 'https://192.168.1.1:@/', 'https://100.64.0.1:@/',
  'https://169.254.169.254:@/latest/meta-data/',
  'https://0xa9fea9fe:@/', 'https://2852039166:@/', 'https://192.0.0.192:@/', 'https://168.63.129.16:@/', 'https://224.0.0.1:@/',
  'https://255.255.255.255:@/',
  'https://localhost:@/', 'https://LOCALHOST:@/', 'https://localhost.:@/', 'https://ｌocalhost:@/', 'https://foo.localhost:@/',
  'https://local.test:@/',
  'https://mapped.test:@/', 'https://six.test:@/', 'https://metadata.internal:@/', 'https://intranet:@/', 'https://printer.local:@/',
  'https://user@127.0.0.1:@/', 'https://user:pass@127.0.0.1:@/', 'https://example.com@127.0.0.1:@/', 'https://127.0.0.1:@#@example.com/',
  'https://127.0.0.1:@?@example.com/', 'https://example.com:443@127.0.0.1:@/', 'https://@127.0.0.1:@/',
  'http://127.0.0.1:@/', 'http://[::1]:@/', 'http://localhost:@/', 'HTTP://127.0.0.1:@/', 'ftp://127.0.0.1:@/', 'gopher://127.0.0.1:@/',
  'file:///etc/passwd',
  'unix:///var/run/docker.sock', 'ws://127.0.0.1:@/', 'data:text/plain,hello', 'javascript:1', 'https://', 'https://:@/',
  '//127.0.0.1:@/', '127.0.0.1:@', ''
]

/** What the names of this file resolve to. */
const names: Readonly<Record<string, readonly string[]>> = {
  'local.test': ['127.0.0.1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'six.test': ['::1'],
  'foo.localhost': ['127.0.0.1'],
  'localhost.': ['127.0.0.1'],
  'metadata.internal': ['169.254.169.254']
}

t.test('no form of a forbidden address is taken, and none is connected to', async t => {
  const trap = await openTrap(t)
  const server = await openNameServer(t, name => names[name] ?? ['127.0.0.1'])
  const rules = rulesFor(trap.port)
  const resolve = openResolver([server.address])
  const sender = openSender({ rules, resolve })
  const bare = new Agent({ connect: guardedConnector({ rules, resolve }) })
  t.teardown(() => Promise.all([sender.close(), bare.destroy()]))
  t.ok(new Set(forms).size >= 60, `${new Set(forms).size} forms`)

  for (const form of forms) {
    const url = form.replace(/:@/g, `:${trap.port}`)
    const { status, error } = await sender.send({ url, headers, body })
    t.equal(status, null, url)
    t.match(error, /^(url_not_allowed|address_not_allowed|name_not_found)$/, url)
    // Past the first look, at the connection itself: whatever a parser made of it.
    if (!URL.canParse(url)) continue
    await t.rejects(bare.request({ origin: new URL(url).origin, path: '/', method: 'POST', body }), url)
  }
  for (const host of ['fe80::1%lo', '::1%lo', '127.0.0.1', '0x7f.1', '[::1]', '::ffff:127.0.0.1', '0', '127.1', '2130706433']) {
    for (const protocol of ['https:', 'http:']) {
      const refused = await new Promise(resolve => guardedConnector({ rules, resolve: async () => ['127.0.0.1'] })(
        { hostname: host, host, protocol, port: String(trap.port) }, (...[error]) => resolve(error)))
      t.ok(refused, `${protocol} ${host}`)
    }
  }
  t.equal(trap.caught(), 0, 'nothing arrived at the trap')
})

t.test('the trap catches what is let through, so its silence means something', async t => {
  const trap = await openTrap(t)
  const sender = openSender({ rules: { ...rulesFor(trap.port), loopback: true } })
  t.teardown(() => sender.close())
  for (const url of [`http://127.0.0.1:${trap.port}/`, `http://[::1]:${trap.port}/`, `http://localhost:${trap.port}/`]) {
    t.match(await sender.send({ url, headers, body }), { status: null, error: 'connection_lost' }, url)
  }
  t.equal(trap.caught(), 3)
})

t.test('a name that is public when it is checked and ours a moment later is never ours', async t => {
  const trap = await openTrap(t)
  const answers = [['93.184.215.14'], ['127.0.0.1'], ['::1'], ['10.0.0.1', '127.0.0.1'], ['93.184.215.14', '127.0.0.1']]
  let turn = 0
  const server = await openNameServer(t, () => answers[Math.floor(turn++ / 2) % answers.length]!)
  const connectedTo: string[] = []
  const rules = rulesFor(trap.port)
  const resolve = openResolver([server.address])
  // What would be connected to, told by the look-up that the socket itself asks.
  const watched = async (name: string) => {
    const found = await resolve(name)
    connectedTo.push(...found.filter(address => mayConnect({ protocol: 'https:', port: trap.port, address }, rules)))
    return found.filter(address => address !== '93.184.215.14')
  }
  const sender = openSender({ rules, resolve: watched, msMax: 2_000 })
  t.teardown(() => sender.close())
  for (let n = 0; n < answers.length; n++) {
    t.match(await sender.send({ url: `https://rebind.test:${trap.port}/`, headers, body }), { status: null, error: 'address_not_allowed' })
  }
  t.ok(server.asked.length >= answers.length, 'each connection asked anew')
  t.same([...new Set(connectedTo)], ['93.184.215.14'], 'of all that the name meant, only the public address could be connected to')
  t.equal(trap.caught(), 0)
})

t.test('the address that was checked is the one that is connected to: the name is looked up once', async t => {
  const receiver = createHttpServer((request, response) => { request.resume().once('end', () => response.end()) })
  const port = await listen(t, receiver)
  let looked = 0
  const rules = { ports: [443], loopback: true }
  const sender = openSender({ rules, resolve: async () => looked++ === 0 ? ['127.0.0.1'] : ['192.0.2.1'] })
  t.teardown(() => sender.close())
  t.match(await sender.send({ url: `http://localhost:${port}/`, headers, body }), { status: 200, error: null })
  t.equal(looked, 1)
})

t.test('a redirect is an answer and not a way: nothing arrives where it points', async t => {
  const trap = await openTrap(t)
  const statuses = [301, 302, 303, 307, 308]
  const receiver = createHttpServer((request, response) => {
    request.resume()
    response.writeHead(Number(request.url!.slice(1)), {
      location: `http://127.0.0.1:${trap.port}/`,
      refresh: `0;url=http://127.0.0.1:${trap.port}/`
    })
    response.end(`<meta http-equiv="refresh" content="0;url=http://127.0.0.1:${trap.port}/">`)
  })
  const port = await listen(t, receiver)
  const sender = openSender({ rules: { ports: [443], loopback: true } })
  t.teardown(() => sender.close())
  for (const status of [...statuses, 200]) {
    t.match(await sender.send({ url: `http://127.0.0.1:${port}/${status}`, headers, body }), {
      status,
      error: null
    } satisfies Partial<SendOutcome>)
  }
  t.equal(trap.caught(), 0)
})

t.test('no proxy of the environment is used', async t => {
  const trap = await openTrap(t)
  const receiver = createHttpServer((request, response) => { request.resume().once('end', () => response.end()) })
  const port = await listen(t, receiver)
  const proxy = `http://127.0.0.1:${trap.port}`
  const before = { ...process.env }
  t.teardown(() => { process.env = before })
  Object.assign(process.env, {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    ALL_PROXY: proxy,
    NODE_USE_ENV_PROXY: '1'
  })
  const sender = openSender({ rules: { ports: [443], loopback: true } })
  t.teardown(() => sender.close())
  t.match(await sender.send({ url: `http://127.0.0.1:${port}/`, headers, body }), { status: 200 })
  t.equal(trap.caught(), 0)
})

t.test('an address is public when it is in no special range, as another library sees it too', async t => {
  const special = [
    '0.1.2.3', '10.1.1.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '169.254.0.1', '172.16.0.1', '172.31.255.255', '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255',
    '240.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:8.8.8.8', '::8.8.8.8', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:2::1', '2001:10::1',
    '2001:20::1',
    '2001:db8::1', '2002:808:808::1', '3fff::1', '5f00::1', 'fc00::1', 'fdff::1', 'fe80::1', 'fec0::1', 'ff02::1', '4000::1', '1fff::1',
    '2620:4f:8000::1'
  ]
  const open = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.1', '198.17.255.255',
    '198.20.0.0', '223.255.255.255', '2001:200::1', '2606:4700:4700::1111', '2a00:1450:4001::200e', '2003::1', '3ffe::1']
  for (const address of special) t.notOk(isPublicAddress(address), address)
  for (const address of open) {
    t.ok(isPublicAddress(address), address)
    t.equal(ipaddr.parse(address).range(), 'unicast', address)
  }
  for (const text of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '0x1.2.3.4', '2606:::1', '2606::4700::1',
    '2606:4700', 'g::1', '2606:4700::1%eth0', '[2606:4700::1]', '2606:4700::1/64', '12345::1', '1.2.3.4:80', 'example.com']) {
    t.notOk(isPublicAddress(text), `not plainly an address: ${text}`)
  }
  let random = 88_172_645_463_325_252n
  const next = () => {
    random ^= random << 13n & 0xffffffffffffffffn
    random ^= random >> 7n
    random ^= random << 17n & 0xffffffffffffffffn
    return Number(random & 0xffffffffn)
  }
  for (let n = 0; n < 20_000; n++) {
    const four = [24, 16, 8, 0].map((shift, _, __, bits = next()) => bits >>> shift & 255).join('.')
    if (isPublicAddress(four) && ipaddr.parse(four).range() !== 'unicast') t.fail(`${four} is ${ipaddr.parse(four).range()}`)
  }
})

t.test('a URL is taken or refused as it is written, and the refusal says why', async t => {
  const refusalOf = (text: string, rules = strictCallbackRules) => {
    const read = readCallbackUrl(text, rules)
    return 'refusal' in read ? read.refusal : read.url
  }
  t.equal(refusalOf('https://Shop.Example.com/hook?a=1'), 'https://shop.example.com/hook?a=1')
  t.equal(refusalOf('https://shop.example.com:443/hook'), 'https://shop.example.com/hook')
  t.equal(refusalOf('https://1.1.1.1/hook'), 'https://1.1.1.1/hook')
  t.equal(refusalOf('https://[2606:4700:4700:0::1111]/'), 'https://[2606:4700:4700::1111]/')
  t.equal(refusalOf('https://xn--fiqs8s.example/'), 'https://xn--fiqs8s.example/')
  t.match(refusalOf('http://shop.example.com/'), 'https only')
  t.match(refusalOf('https://shop.example.com:8443/'), 'port 443 only')
  for (const text of ['shop.example.com', 'shop.example.com/hook', 'shop.example.com:443/hook', '//shop.example.com/', '/hook', 'https:shop.example.com']) {
    t.match(refusalOf(text), 'no scheme. Write https://', text)
  }
  t.match(refusalOf('ftp://shop.example.com/'), 'not sent over ftp: they are HTTP requests over TLS. Write a URL that begins with https://')
  t.match(refusalOf('wss://shop.example.com/'), 'not sent over wss')
  t.match(refusalOf('HTTPS://shop.example.com/'), 'plain ASCII', 'a scheme is written small')
  t.equal(refusalOf('https://shop.example.com:8443/', { ports: [443, 8443], loopback: false }), 'https://shop.example.com:8443/')
  t.match(refusalOf('https://shop:secret@shop.example.com/'), 'user name')
  t.match(refusalOf('https://shop.example.com/#part'), 'fragment')
  t.match(refusalOf('https://中国.example/'), 'ASCII')
  t.match(refusalOf('https://shop/'), 'public name')
  t.match(refusalOf('https://shop.example.com./'), 'public name')
  t.match(refusalOf('https://' + 'a'.repeat(2_048) + '.com/'), 'at most 2048')
  const here = { ports: [443], loopback: true }
  t.equal(refusalOf('http://127.0.0.1:3000/hook', here), 'http://127.0.0.1:3000/hook')
  t.equal(refusalOf('http://localhost:3000/hook', here), 'http://localhost:3000/hook')
  t.equal(refusalOf('http://[::1]:3000/hook', here), 'http://[::1]:3000/hook')
  t.match(refusalOf('http://10.0.0.1:3000/hook', here), 'public addresses only')
  t.match(refusalOf('http://shop.example.com/', here), 'https only')
  t.match(refusalOf('http://127.0.0.1:3000/hook'), 'public addresses only')
})
