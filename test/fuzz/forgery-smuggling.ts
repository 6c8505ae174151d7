// Requests that two readers would read differently, on bare sockets: whatever a proxy before us makes of them, only what was signed is
// carried out. Each case says which orders may come of it: none, or the one that was signed.
import { randomText } from '../../src/base/ids.ts'
import { inParallel } from './forgery-bits.ts'
import type { Stage } from './forgery-stage.ts'
import { fieldOf, fromWish, hearAll, printCall, signedCall, withFields, type Call, type Wish } from './forgery-wire.ts'

interface Smuggled {
  readonly says: string
  readonly bytes: Buffer
  /** The answers, in their order: statuses, or classes of them. */
  readonly answers: RegExp
  /** The reference of the order that is truly signed, where it is to be carried out. */
  readonly orders?: string
  /** How many answers are waited for; left out, there may be any number. */
  readonly answersMax?: number
}

const atOnce = 8

/** Sends them all; gives how many there were and what does not hold. */
export async function smuggle (stage: Stage): Promise<{ readonly tried: number, readonly faults: readonly string[] }> {
  const cases = [...framings(stage), ...lines(stage), ...targets(stage), ...pipelines(stage)]
  const faults: string[] = []
  await inParallel(cases, atOnce, async ({ says, bytes, answers, orders, answersMax }) => {
    const heard = await hearAll(stage.urls[bytes.length % 2]!, bytes, answersMax)
    const statuses = heard.map(answer => answer.status).join(' ')
    if (orders !== undefined) stage.ordered.add(orders)
    if (!answers.test(statuses)) faults.push(`${says}: answered ${statuses || 'not at all'}`)
  })
  return { tried: cases.length, faults }
}

const json = ['content-type', 'application/json'] as const
const refused = /^4\d\d( 4\d\d)*$/
const refusedOrSilent = /^(4\d\d( 4\d\d)*)?$/
const once = /^201$/

function order ({ sku }: Stage, reference = `smuggled-${randomText(6)}`): Wish {
  return { method: 'POST', target: '/v1/orders', fields: [json], body: JSON.stringify({ reference, lines: [{ sku, quantity: 1 }] }) }
}

/** The last chunk. */
const end = '0\r\n\r\n'

/** A chunk, with what stands after its size. */
function chunk (body: string, extension = ''): string {
  return `${Buffer.byteLength(body).toString(16)}${extension}\r\n${body}\r\n`
}

/** Where a body ends. */
function framings (stage: Stage): Smuggled[] {
  const signed = (reference?: string): Call => signedCall(stage.keys.hmac, order(stage, reference))
  /** A signed request whose own body is sent in another frame. */
  const framed = (print: (body: string) => string, encoding = 'chunked', call = signed()): Buffer =>
    printCall({ ...withFields(call, { 'content-length': null, 'transfer-encoding': encoding }), body: print(call.body) })
  const inner = printCall(fromWish(order(stage))).toString('latin1')
  const both = (encoding: string, body: (own: string) => string): Buffer => {
    const call = withFields(signed(), { 'transfer-encoding': encoding })
    return printCall({ ...call, body: body(call.body) })
  }
  const length = (...values: string[]): Buffer => {
    const call = withFields(signed(), { 'content-length': null })
    return printCall({ ...call, fields: [...call.fields, ...values.map(value => ['content-length', value] as const)] })
  }
  const own = String(signed().body.length)
  const encodings = [
    'xchunked', 'chunked, identity', 'identity', 'gzip, chunked', 'chunked, chunked', 'chunked\t, gzip', '"chunked"', 'chunked;q=1', 'cow'
  ]
  const sizes = ['0x40', '+40', '-40', ' 40', '4 0', '1'.repeat(20), 'FFFFFFFFFFFFFFFF', '']
  return [
    { says: 'CL.TE', bytes: both('chunked', () => `0\r\n\r\n${inner}`), answers: refused },
    { says: 'TE.CL', bytes: both('chunked', own => chunk(own) + chunk(inner) + '0\r\n\r\n'), answers: refused },
    { says: 'TE.TE', bytes: both('chunked\r\nTransfer-encoding: cow', own => chunk(own) + '0\r\n\r\n'), answers: refused },
    { says: 'two lengths that differ', bytes: length(own, '5'), answers: refused },
    { says: 'two lengths that are equal', bytes: length(own, own), answers: refused },
    { says: 'a list of lengths', bytes: length(`${own}, ${own}`), answers: refused },
    ...[`+${own}`, `-${own}`, `${own}.0`, `0x${own}`, `${own} 1`, '1e2', '9'.repeat(30)].map(value =>
      ({ says: `a length of ${value}`, bytes: length(value), answers: refused })),
    { says: 'a length too small: the rest is no request', bytes: length('5'), answers: refused },
    { says: 'a length too large', bytes: length('500'), answers: refusedOrSilent },
    ...encodings.map(encoding =>
      ({ says: `Transfer-Encoding: ${encoding}`, bytes: framed(body => chunk(body) + end, encoding), answers: refused })),
    ...sizes.map(size => ({
      says: `a chunk of ${size || 'no size'}`,
      bytes: framed(body => `${size}\r\n${body}\r\n${end}`),
      answers: refusedOrSilent
    })),
    { says: 'a chunk that ends with a line feed alone', bytes: framed(body => `${chunk(body).replaceAll('\r\n', '\n')}0\n\n${inner}`), answers: refused },
    { says: 'a chunk extension with a line feed in it', bytes: framed(body => chunk(body, ';a\nb') + end + inner), answers: refused },
    truly('chunks with extensions, digested as they are without', body => chunk(body, ';a=b;c="d"') + end),
    truly('a trailer that names another key', body => `${chunk(body)}0\r\nidempotency-key: other\r\n\r\n`),
    { says: 'a trailer that names a length', bytes: framed(body => `${chunk(body)}0\r\ncontent-length: 5\r\n\r\n`), answers: refused },
    { says: 'a signature in the trailer', bytes: unsignedChunks(signed()), answers: refused },
    {
      says: 'a GET with a body that is a request',
      bytes: printCall({ ...withFields(signedPing(stage), { 'content-length': String(inner.length) }), body: inner }),
      answers: refused
    },
    { says: 'a GET with a chunked request', bytes: framed(() => chunk(inner) + end, 'chunked', signedPing(stage)), answers: refused }
  ]

  function truly (says: string, print: (body: string) => string): Smuggled {
    const reference = `true-${randomText(6)}`
    return { says, bytes: framed(print, 'chunked', signed(reference)), answers: once, orders: reference, answersMax: 1 }
  }
}

function signedPing ({ keys }: Stage): Call {
  return signedCall(keys.hmac, { method: 'GET', target: '/v1/ping' })
}

function unsignedChunks (call: Call): Buffer {
  const bare = withFields(call, { 'content-length': null, signature: null, 'signature-input': null, 'transfer-encoding': 'chunked' })
  const trailer = ['signature', 'signature-input'].map(name => `${name}: ${fieldOf(call, name)}\r\n`).join('')
  return printCall({ ...bare, body: `${chunk(call.body)}0\r\n${trailer}\r\n` })
}

/** Where a line ends, and what stands in it. */
function lines (stage: Stage): Smuggled[] {
  const altered = (says: string, alter: (text: string) => string): Smuggled => {
    const text = printCall(signedCall(stage.keys.hmac, order(stage))).toString('latin1')
    const bytes = Buffer.from(alter(text), 'latin1')
    if (bytes.equals(Buffer.from(text, 'latin1'))) throw new Error(`${says} alters nothing`)
    return { says, bytes, answers: refused }
  }
  return [
    altered('a fold in a covered header', text => text.replace('content-digest: ', 'content-digest:\r\n ')),
    altered('a fold in the signature', text => text.replace('signature: ', 'signature:\r\n\t')),
    altered('a fold before the first header', text => text.replace('\r\nhost', '\r\n x: y\r\nhost')),
    altered('line feeds alone', text => text.replaceAll('\r\n', '\n')),
    altered('one line feed alone', text => text.replace('\r\nhost', '\nhost')),
    altered('carriage returns alone', text => text.replaceAll('\r\n', '\r')),
    altered('a NUL in a covered header', text => text.replace('sha-256=', 'sha-256\0=')),
    altered('a NUL in an uncovered header', text => text.replace('host: ', 'host: \0')),
    altered('a NUL in the target', text => text.replace('/v1/orders', '/v1/orders\0')),
    altered('a blank before the colon', text => text.replace('content-length:', 'content-length :')),
    altered('a tab before the colon', text => text.replace('signature:', 'signature\t:')),
    altered('a header without a name', text => text.replace('\r\nhost', '\r\n: x\r\nhost')),
    altered('a header without a colon', text => text.replace('\r\nhost', '\r\nx\r\nhost')),
    altered('two hosts', text => text.replace('\r\nhost', '\r\nhost: evil.example\r\nhost')),
    altered('no host', text => text.replace(/host: [^\r]*\r\n/, '')),
    altered('a version of 0.9', text => text.replace('HTTP/1.1', 'HTTP/0.9')),
    altered('a version of 2', text => text.replace('HTTP/1.1', 'HTTP/2.0')),
    altered('no version', text => text.replace(' HTTP/1.1', '')),
    altered('a blank in the target', text => text.replace('/v1/orders', '/v1/ orders')),
    altered('a method in small letters', text => text.replace('POST', 'post')),
    altered('the preface of HTTP/2', text => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${text}`)
  ]
}

/** Addresses that some would take for the signed one. The one that is signed is /v1/orders?reference=%6a, or /v1/orders. */
function targets (stage: Stage): Smuggled[] {
  const posts = (target: string): Smuggled =>
    ({ says: `sent to ${target}`, bytes: printCall({ ...signedCall(stage.keys.hmac, order(stage)), target }), answers: refused })
  const signedAs = (target: string): Smuggled =>
    ({ says: `signed for and sent to ${target}`, bytes: printCall(lenient(stage, target)), answers: refused })
  const gets = signedCall(stage.keys.hmac, { method: 'GET', target: '/v1/orders?reference=%6a' })
  const asked = (target: string): Smuggled => ({ says: `asked for ${target}`, bytes: printCall({ ...gets, target }), answers: refused })
  return [
    ...[
      'http://kahub.example/v1/orders', 'https://evil.example/v1/orders', 'kahub.example:443', '*', '//v1/orders', '/v1//orders',
      '/v1/./orders', '/v1/../v1/orders', '/v1/x/../orders', '/v1/%2e%2e/v1/orders', '/v1%2forders', '/v1%2Forders', '/%76%31/orders',
      '/v1/%6frders', '/v1/%6Frders',
      '/v1/orders/', '/v1/orders;a=b', '/v1/orders#x', '/V1/orders', '/v1/orders%00', '/v1/orders%20', '/v1/orders%3Fa', '/v1/orders?a=b',
      '\\v1\\orders', '/v1/ordérs'
    ].map(posts),
    ...[
      'http://kahub.example/v1/orders', '//v1/orders', '/v1//orders', '/v1/./orders', '/v1/../v1/orders', '/v1/%2e%2e/v1/orders',
      '/v1%2forders', '/v1/orders/', '/v1/orders;a=b', '/V1/orders', '/v1/orders%00', '/v1/orders%3Fa'
    ].map(signedAs),
    ...['?reference=%6A', '?reference=j', '?reference=%6a&', '?reference=%6a&limit=100', ''].map(query => asked(`/v1/orders${query}`))
  ]
}

/** A signature over an address that may be none: the signature holds where the server would take it. */
function lenient (stage: Stage, target: string): Call {
  const { keys } = stage
  const path = target.startsWith('/') ? target : '/v1/orders'
  return { ...signedCall(keys.hmac, { ...order(stage), target: path }), target }
}

/** Two requests on one connection: each stands for itself. */
function pipelines (stage: Stage): Smuggled[] {
  const pair = (says: string, second: (first: Call) => Call, answers = /^201 4\d\d$/): Smuggled => {
    const reference = `true-${randomText(6)}`
    const first = signedCall(stage.keys.hmac, order(stage, reference))
    const bytes = Buffer.concat([printCall(first), printCall(second(first))])
    return { says: `a pipeline: ${says}`, bytes, answers, orders: reference, answersMax: 2 }
  }
  const other = () => fromWish(order(stage))
  return [
    pair('the second without a signature', other),
    pair('the second with the first’s signature, and another body', first => ({ ...first, body: first.body.replace('true-', 'smug-') })),
    pair('the second with the first’s signature and its own digest', first => {
      const own = signedCall(stage.keys.hmac, order(stage))
      return withFields(own, { signature: fieldOf(first, 'signature'), 'signature-input': fieldOf(first, 'signature-input') })
    }),
    pair('the second is the first once more', first => first),
    pair('the second at an operator’s address, with the first’s signature', first => ({ ...first, target: '/admin/v1/levels' })),
    pair('the second behind an Upgrade', () => withFields(other(), { connection: 'upgrade', upgrade: 'h2c' })),
    pair('the second begins with blank lines', () => ({ ...other(), method: '\r\n\r\nPOST' }))
  ]
}
