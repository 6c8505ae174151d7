// What goes over the wire and comes back: ids, cursors, cells of a CSV, structured fields and signatures, digests; and the waits
// between attempts. Oracles are other people's libraries, or the sentence of the RFC written out.
import t from 'tap'
import fc from 'fast-check'
import { parse as parseCsv } from 'csv-parse/sync'
import { createHash, createSecretKey } from 'node:crypto'
import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from 'node:assert/strict'
import { isInnerList, parseDictionary } from 'structured-headers'
import { backoffMs } from '../../src/base/backoff.ts'
import { csvCell } from '../../src/base/csv-cell.ts'
import { cursorsWith } from '../../src/base/cursor.ts'
import { contentDigest, digestMatches } from '../../src/base/digest.ts'
import { idPattern, idPrefixes, readId, showId, type IdKind } from '../../src/base/ids.ts'
import { Problem } from '../../src/base/problem.ts'
import { SignatureRefusal } from '../../src/base/signature-refusal.ts'
import { hmacKey, parseSignature, sign, signatureBase, verifyHmac, type SignableRequest } from '../../src/base/signature.ts'
import { idsOfNumber, nextOrderNumber, orderIdOf, orderNumberOf } from '../../src/domain/orders/order-number.ts'
import { attemptsMax, retryAfterMsMax, waitAfterMs } from '../../src/domain/callbacks/retry-schedule.ts'
import { holds } from './holds.ts'
import { runsOf } from './seeds.ts'

const cases = runsOf(100_000)
/** For what signs: a case costs ten times as much. */
const signings = runsOf(20_000)
const kind = fc.constantFrom(...Object.keys(idPrefixes) as IdKind[])
const patterns = Object.fromEntries(Object.keys(idPrefixes).map(kind => [kind, new RegExp(idPattern(kind as IdKind))])) as Record<IdKind,
  RegExp>
const bits = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

const uuidOf = (value: bigint): string => value.toString(16).padStart(32, '0').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Crockford base32 by division. */
function base32 (value: bigint): string {
  let text = ''
  for (let i = 0; i < 26; i++, value /= 32n) text = alphabet[Number(value % 32n)] + text
  return text
}

holds(t, 'an id is its 128 bits in base32, and is read as itself by its own kind alone', cases, fc.tuple(kind, bits, kind),
  (kind, value, other) => {
    const shown = showId(kind, uuidOf(value))
    strictEqual(shown, `${idPrefixes[kind]}_${base32(value)}`)
    strictEqual(readId(kind, shown), uuidOf(value))
    ok(patterns[kind].test(shown))
    if (other !== kind) strictEqual(readId(other, shown), undefined)
  })

const spoilt = fc.tuple(fc.nat(29), fc.constantFrom('i', 'l', 'o', 'u', 'A', 'Z', '8', ' ', '_', '-', '', '00', '\u{1f}', '０'))

holds(t, 'an id with a character changed is another id or none, never the same', cases, fc.tuple(kind, bits, spoilt),
  (kind, value, [at, character]) => {
    const shown = showId(kind, uuidOf(value))
    const changed = shown.slice(0, at) + character + shown.slice(at + 1)
    if (changed === shown) return
    const read = readId(kind, changed)
    if (read !== undefined) strictEqual(showId(kind, read), changed, 'one text for one id')
  })

holds(t, 'an order’s number is the front of its id, and rises', cases, fc.tuple(fc.integer({ min: 0, max: 10 ** 12 }), fc.nat(2 ** 52)),
  (afterMs, last) => {
    const number = nextOrderNumber(last, Date.UTC(2026, 0, 1) + afterMs)
    ok(number > last && number >= afterMs * 4_096)
    const id = orderIdOf(number)
    strictEqual(orderNumberOf(id), number)
    const [first, final] = idsOfNumber(number)
    ok(first <= id && id <= final)
  })

const place = fc.array(fc.oneof(fc.string(), fc.maxSafeInteger()), { maxLength: 4 })
const cursors = cursorsWith(createSecretKey(Buffer.alloc(32, 7)))
const strangers = cursorsWith(createSecretKey(Buffer.alloc(32, 8)))
const unsafe = (text: string) => text.length > 400

holds(t, 'a cursor leads back to its place in its own list, and nowhere else', signings,
  fc.tuple(fc.string(), place, fc.string(), fc.nat(400), fc.nat(63)), (list, place, other, at, symbol) => {
    const cursor = cursors.show(list, place)
    if (unsafe(cursor)) return
    deepStrictEqual(cursors.read(list, cursor), place)
    const refuses = (read: () => unknown) => throws(read, (error: unknown) => error instanceof Problem && error.code === 'cursor_invalid')
    if (other !== list) refuses(() => cursors.read(other, cursor))
    refuses(() => strangers.read(list, cursor))
    const spoilt = cursor.slice(0, at) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[symbol] + cursor.slice(at + 1)
    if (spoilt === cursor || at >= cursor.length) return
    // Base64 has several texts for the same bytes of a tag; what stands in front is text, and counts letter by letter.
    if (at < cursor.lastIndexOf('.') + 1) refuses(() => cursors.read(list, spoilt))
  })

const text = fc.oneof(fc.string(),
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', "'", 'a', '券', ' ') }))
const csvCases = runsOf(30_000)

holds(t, 'a cell of a CSV is read as what was written, and begins no formula', csvCases,
  fc.tuple(fc.array(text, { minLength: 2, maxLength: 4 })), values => {
    const [row] = parseCsv(values.map(csvCell).join(',') + '\r\n', { relax_column_count: true }) as string[][]
    values.forEach((value, i) => {
      const read = row![i]!
      strictEqual(read, /^[=+\-@\t\r]/.test(value) ? `'${value}` : value)
      ok(!'=+-@\t\r'.includes(read[0] ?? ' '))
    })
  })

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 40
})
const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/)
const path = fc.webPath({ size: 'medium' }).map(path => path === '' ? '/' : path)
const query = fc.webQueryParameters()
const signed = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path,
  query,
  keyId: printable,
  nonce: token,
  created: fc.integer({ min: 0, max: 2 ** 33 }),
  secret: token,
  body: fc.option(fc.string({ minLength: 1 }), { nil: undefined })
})

holds(t, 'what we sign, another parser of structured fields reads, and we read the same; a changed part does not verify', signings,
  fc.tuple(signed, fc.constantFrom('method', 'path', 'query', 'digest', 'created'), fc.nat()),
  ({ method, path, query, keyId, nonce, created, secret, body }, part, at) => {
    const target = query === '' ? path : `${path}?${query}`
    const request = { method, target, headers: {}, body }
    const headers = sign(request, { id: keyId, algorithm: 'hmac-sha256', secret }, { created, nonce })
    const [name, member] = [...parseDictionary(headers['signature-input']!)][0]!
    ok(isInnerList(member))
    const [items, parameters] = member
    const parsed = parseSignature(headers)
    deepStrictEqual(parsed.components, items.map(([component]) => component))
    deepStrictEqual([parsed.label, parsed.keyId, parsed.nonce, parsed.created, parsed.algorithm],
      [name, parameters.get('keyid'), parameters.get('nonce'), parameters.get('created'), parameters.get('alg')])
    deepStrictEqual([keyId, nonce, created], [parsed.keyId, parsed.nonce, parsed.created])
    const [[bytes]] = [...parseDictionary(headers.signature!).values()] as unknown as [[ArrayBuffer]]
    deepStrictEqual(Buffer.from(bytes), Buffer.from(parsed.bytes))

    const base = signatureBase(parsed, { method, target, headers })
    // RFC 9421 section 2.5, written out.
    const values: Record<string,
      string> = { '@method': method, '@path': path, '@query': `?${query}`, 'content-digest': headers['content-digest'] ?? '' }
    const lines = parsed.components.map(component => `"${component}": ${values[component]}`)
    strictEqual(base, [...lines, `"@signature-params": ${headers['signature-input']!.slice(5)}`].join('\n'))
    ok(verifyHmac(base, parsed.bytes, hmacKey(secret)))

    const other = changedIn(part)
    if (!other) {
      const bytes = Buffer.from(parsed.bytes)
      bytes[at % bytes.length]! ^= 1 << at % 8
      return ok(!verifyHmac(base, bytes, hmacKey(secret)), 'a bit of the signature')
    }
    const changed = signatureBase(parsed, other)
    notStrictEqual(changed, base)
    ok(!verifyHmac(changed, parsed.bytes, hmacKey(secret)))

    /** The request with a part changed; undefined where it has no such part. */
    function changedIn (part: string): SignableRequest | undefined {
      const as = { method, target, headers }
      if (part === 'method') return { ...as, method: 'PATCH' }
      if (part === 'path') return { ...as, target: target.replace('/', '/x') }
      if (part === 'query' && parsed.components.includes('@query')) return { ...as, target: target + (query === '' ? '?a' : '&a') }
      if (part === 'digest' && body !== undefined) return { ...as, headers: { ...headers, 'content-digest': contentDigest(`${body} `) } }
      return undefined
    }
  })

const spoiling = fc.tuple(fc.nat(400),
  fc.constantFrom('', '"', '(', ')', ';', '=', ' ', '  ', ',', ':', '\\', 'é', '\n', 'A', '0', '1.5', ';created=1', '?1'))

holds(t, 'a signature’s header that was tampered with is refused, or says what another parser reads in it', signings,
  fc.tuple(signed, spoiling), ({ method, path, keyId, nonce, created, secret }, [at, character]) => {
    const headers = sign({ method, target: path, headers: {} }, { id: keyId, algorithm: 'hmac-sha256', secret }, { created, nonce })
    const input = headers['signature-input']!
    const spoilt = input.slice(0, at % input.length) + character + input.slice(at % input.length + (character === '' ? 1 : 0))
    let parsed
    try {
      parsed = parseSignature({ ...headers, 'signature-input': spoilt })
    } catch (error) {
      ok(error instanceof SignatureRefusal && error.code === 'signature_malformed', String(error))
      return
    }
    const [member, ...more] = [...parseDictionary(spoilt).values()]
    ok(isInnerList(member!) && more.length === 0)
    deepStrictEqual(parsed.components, member[0].map(([component]) => component))
    deepStrictEqual([parsed.keyId, parsed.nonce, parsed.created], ['keyid', 'nonce', 'created'].map(name => member[1].get(name)))
  })

holds(t, 'a digest is that of the very bytes', signings, fc.tuple(fc.uint8Array({ maxLength: 64 }), fc.nat(), fc.boolean()),
  (bytes, at, longer) => {
    const header = contentDigest(bytes)
    strictEqual(header, `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`)
    ok(digestMatches(header, bytes))
    const other = longer || bytes.length === 0 ? Buffer.concat([bytes, Buffer.from([at % 256])]) : Buffer.from(bytes)
    if (other.length === bytes.length) other[at % other.length]! ^= 1 << at % 8
    ok(!digestMatches(header, other))
    ok(!digestMatches(`${header}, sha-512=:${Buffer.alloc(64).toString('base64')}:`, bytes), 'every digest must hold')
  })

/** docs/callbacks.md, in seconds. */
const waits = [0, 5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

holds(t, 'a callback waits as its schedule says, a fifth more or less, and is given up after eleven attempts', cases,
  fc.tuple(fc.nat(14), fc.option(fc.nat(10 ** 9)), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  (failed, retryAfter, random) => {
    const wait = waitAfterMs(failed, retryAfter, () => random)
    if (failed >= attemptsMax) return strictEqual(wait, null)
    const seconds = waits[failed]!
    const asked = Math.min(retryAfter ?? 0, retryAfterMsMax)
    ok(wait! >= asked && wait! >= Math.floor(seconds * 800) && wait! <= Math.max(asked, Math.ceil(seconds * 1_200)))
    ok(waitAfterMs(failed, (retryAfter ?? 0) + 1, () => random)! >= wait!, 'who asks for more never waits less')
  })

holds(t, 'a pause before another try is below its bound, which doubles up to the cap', cases,
  fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 60_000 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  (attempt, base, cap, random) => {
    let bound = base
    for (let i = 0; i < attempt && bound < cap; i++) bound *= 2
    const pause = backoffMs(attempt, base, cap, () => random)
    ok(Number.isInteger(pause) && pause >= 0 && pause < Math.max(1, Math.min(bound, cap)))
  })
