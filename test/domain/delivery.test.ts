// Deliveries in every form: whole, in parts, cut and resumed, they are the same bytes, with sums to hold them against.
import t from 'tap'
import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { generateKeyPair, exportJWK } from 'jose'
import { Kahub, type DecryptionJwk, toClearJson } from '../../sdk/src/index.ts'
import { readId } from '../../src/base/ids.ts'
import { deliverLines } from '../../src/domain/orders/deliver-codes.ts'
import { revealStepMax } from '../../src/domain/orders/reveal-codes.ts'
import { openHouse, type Reseller } from '../support/house.ts'

const house = await openHouse(t)

const asks = (reseller: Reseller, order: string, accept: string, query = '') =>
  reseller.send('GET', `/v1/orders/${order}/codes${query}`, { headers: { accept } })
const ndjson = 'application/x-ndjson'
const csv = 'text/csv'
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const below = (n: number) => Math.floor(Math.random() * n)

/** The lines of an NDJSON answer without its last, and that one read; a whole answer is counted and summed by it. */
function splitEnd (text: string): { lines: string, end: { count: number, sha256: string } } {
  const at = text.lastIndexOf('\n', text.length - 2) + 1
  return { lines: text.slice(0, at), end: JSON.parse(text.slice(at)) }
}

/** An order of these codes and no others, in several lines. */
async function orders (codes: readonly string[], lines: readonly number[]): Promise<{ alice: Reseller, id: string, number: number }> {
  const sku = await house.sku({ codes })
  const alice = await house.reseller({ balance: '10000000' })
  const { id, number } = await alice.places({ lines: lines.map(quantity => ({ sku, quantity })), deliver: 'fetch' })
  return { alice, id, number }
}

t.test('a CSV holds every code as it is, but for what a spreadsheet would run', async t => {
  const harmless = ['plain', 'a,b', 'say "hi"', '"', '""', 'two  spaces', '卡密-１', "'quoted'", '0123', 'a=b', 'x;y', "O'Neil", '🂡']
  const formulas = ['=1+1', '=HYPERLINK("http://x","y")', '+86', '-5', '@SUM(A1)', '=a,b', '-z"']
  const { alice, id, number } = await orders([...harmless, ...formulas], [3, 17])
  const { text, headers, status } = await asks(alice, id, csv)
  t.match({ status, type: headers['content-type'], file: headers['content-disposition'], cache: headers['cache-control'] }, {
    status: 200, type: /^text\/csv/, file: `attachment; filename="codes-${number}.csv"`, cache: 'no-store'
  })
  t.notMatch(text, /[^\r]\n/, 'lines end in CR LF (RFC 4180)')
  const rows = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
  t.same(Object.keys(rows[0]!), ['line', 'sku', 'secret', 'number', 'serial', 'expires_at'])
  t.same(rows.map(row => row.secret), [...harmless, ...formulas.map(formula => `'${formula}`)])
  t.same(rows.map(row => row.line), [...Array(3).fill('1'), ...Array(17).fill('2')])
  t.notMatch(text, /(^|,|\n)"?([=+\-@\t]|\r(?!\n))/, 'no field begins as a formula, in quotes or not')
})

t.test('number, serial and expiry stand in their columns and members', async t => {
  const sku = await house.sku()
  const { admin } = house.operators.live
  const { id: importId } = await admin.imports.create({ reference: 'full', sku, unit_cost: { amount: '0', currency: 'CNY' } })
  const expires = '2039-12-31T23:59:59Z'
  const rows = [{ secret: 's1', number: '=n', serial: 'x,1', expires_at: expires }, { secret: 's2', serial: 'x2', expires_at: expires }]
  await admin.imports.putPart(importId, 1, Buffer.from(rows.map(row => JSON.stringify(row) + '\n').join('')), 'application/x-ndjson')
  await admin.imports.commit(importId)
  const alice = await house.reseller()
  const { id } = await alice.places({ sku, quantity: 2 })
  const lines = (await asks(alice, id, ndjson)).text.split('\n').slice(0, 2).map(line => JSON.parse(line))
  t.same(lines.map(({ line, sku: _sku, expires_at: at, ...code }) => ({ line, ...code, at: Date.parse(at) })), [
    { line: 1, secret: 's1', number: '=n', serial: 'x,1', at: Date.parse(expires) },
    { line: 1, secret: 's2', serial: 'x2', at: Date.parse(expires) }
  ])
  t.same(JSON.parse(toClearJson((await alice.kahub.orders.codes(id)).data)), lines)
  const [, first, second] = (await asks(alice, id, csv)).text.split('\r\n')
  t.equal(first, `1,${sku},s1,'=n,"x,1",${lines[0].expires_at}`)
  t.equal(second, `1,${sku},s2,,x2,${lines[1].expires_at}`)
})

t.test('cut anywhere and resumed, the parts are byte for byte the whole, and each tells what it has', async t => {
  const count = revealStepMax * 2 + 1_234
  const { alice, id } = await orders(Array.from({ length: count }, (_, n) => `R-${n}-${'x'.repeat(n % 40)}`), [1, 2, count - 10, 7])
  const whole = { [ndjson]: splitEnd((await asks(alice, id, ndjson)).text).lines, [csv]: (await asks(alice, id, csv)).text }
  t.equal(whole[ndjson].split('\n').length - 1, count)
  for (const accept of [ndjson, csv]) {
    let joined = ''
    for (let at = 0; at < count;) {
      const limit = Math.min(1 + below(4_000), count - at)
      const query = below(2) ? `?offset=${at}&limit=${limit}` : `?taken=${at}&limit=${limit}`
      const { text, headers } = await asks(alice, id, accept, query)
      t.match(headers, { 'kahub-codes-count': String(limit), 'kahub-codes-total': String(count) }, query)
      const { lines, end } = accept === ndjson ? splitEnd(text) : { lines: text, end: undefined }
      if (end) t.same(end, { end: true, count: limit, sha256: hash(lines) })
      joined += lines
      at += limit
    }
    t.ok(joined === whole[accept as keyof typeof whole], `${accept} in parts`)
  }
  const beyond = await asks(alice, id, ndjson, `?offset=${count}`)
  t.same(JSON.parse(beyond.text), { end: true, count: 0, sha256: hash('') })
  t.equal((await asks(alice, id, csv, `?offset=${count}`)).text, '')
  const pages: string[] = []
  for (let offset: number | null = 0; offset !== null;) {
    const page = await alice.kahub.orders.codes(id, { offset, limit: 1_000 })
    pages.push(...page.data.map(code => toClearJson(code) + '\n'))
    offset = page.next_offset
  }
  t.ok(pages.join('') === whole[ndjson], 'pages have the same codes')
})

t.test('codes that were given back are passed over, and whoever resumes gets each of the others once', async t => {
  const { alice, id } = await orders(Array.from({ length: 40 }, (_, n) => `G-${n}`), [10, 30])
  const { text: seen } = await asks(alice, id, ndjson, '?offset=5&limit=10')
  const { text: seenLater } = await asks(alice, id, ndjson, '?offset=30&limit=3')
  await alice.kahub.orders.cancel(id, { codes: 'unrevealed' })
  const kept = splitEnd(seen).lines + splitEnd(seenLater).lines
  const { text, headers } = await asks(alice, id, ndjson)
  t.equal(splitEnd(text).lines, kept)
  t.match(headers, { 'kahub-codes-first': '0', 'kahub-codes-count': '13', 'kahub-codes-total': '13' })
  for (const taken of [1, 9, 10, 11, 12, 13]) {
    const rest = splitEnd((await asks(alice, id, ndjson, `?taken=${taken}`)).text).lines
    t.equal(rest, kept.split('\n').slice(taken).join('\n'), `${taken} taken`)
  }
  t.equal(splitEnd((await asks(alice, id, ndjson, '?offset=7&taken=9')).text).lines, kept.split('\n').slice(11).join('\n'))
  const page = await alice.kahub.orders.codes(id, { limit: 10 })
  t.match(page, { count: 13, next_offset: 30 })
  const digest = await alice.kahub.orders.codesDigest(id)
  t.same(digest, { count: 13, ndjson_sha256: hash(kept), csv_sha256: hash((await asks(alice, id, csv)).text) })
})

t.test('the digest is that of the whole in every form, and is told only when all codes were revealed', async t => {
  const count = revealStepMax + 321
  const { alice, id } = await orders(Array.from({ length: count }, (_, n) => `D-${n},${n % 7 ? '' : '='}`), [100, count - 100])
  const refused = () => alice.send('GET', `/v1/orders/${id}/codes/digest`).then(answer => [answer.status, answer.code])
  t.same(await refused(), [409, 'codes_not_revealed'])
  await asks(alice, id, ndjson, '?limit=300')
  await asks(alice, id, csv, `?offset=301&limit=${count}`)
  t.same(await refused(), [409, 'codes_not_revealed'], 'one code is missing')
  await asks(alice, id, 'application/json', '?offset=300&limit=1')
  const digests = await Promise.all(Array.from({ length: 5 }, () => alice.kahub.orders.codesDigest(id)))
  const { lines, end } = splitEnd((await asks(alice, id, ndjson)).text)
  const expected = { count, ndjson_sha256: end.sha256, csv_sha256: hash((await asks(alice, id, csv)).text) }
  t.equal(end.sha256, hash(lines))
  for (const digest of digests) t.same(digest, expected)
  t.same(await house.db`select count from code_digests where order_id = ${readId('order', id)!}`, [{ count }], 'it is kept')
  t.same(await alice.kahub.orders.codesDigest(id), expected)
  const { publicKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  await alice.kahub.encryptionKeys.create({ name: 'vault', jwk: await exportJWK(publicKey) as { kty: string } })
  t.equal(splitEnd((await asks(alice, id, ndjson)).text).end.sha256, expected.ndjson_sha256, 'sealed, the sum is the same')
  const bob = await house.reseller()
  t.equal((await bob.send('GET', `/v1/orders/${id}/codes/digest`)).code, 'not_found')
})

t.test('codes are revealed no faster than they are taken, and no transaction is open while nobody takes', async t => {
  const count = revealStepMax * 3
  const { alice, id } = await orders(Array.from({ length: count }, (_, n) => `SLOW-${n}`), [count])
  const [key] = await house.db<{ id: string }[]>`select id from api_keys where reseller_id = ${readId('reseller', alice.id)!}`
  const by = {
    orderId: readId('order', id)!,
    resellerId: readId('reseller', alice.id)!,
    keyId: key!.id,
    ip: '127.0.0.1',
    nonce: crypto.randomUUID() as never
  }
  const revealed = async () => {
    const [row] = await house.db<{ count: number }[]>`select sum(count)::int as count from reveals where order_id = ${by.orderId}`
    return row!.count
  }
  const { pieces } = await deliverLines(house.worlds.live, by, { first: 0, count })
  for (let taken = 0; taken < revealStepMax;) taken += (await pieces.next()).value!.toString().split('\n').length - 1
  t.equal(await revealed(), revealStepMax)
  await pieces.next()
  t.equal(await revealed(), revealStepMax * 2)
  t.same(await house.db`select state from pg_stat_activity where datname = current_database() and state like 'idle in%'`, [])
  await pieces.return(undefined)
  t.equal(await revealed(), revealStepMax * 2)
})

/** A line to the server that is cut after so many bytes of a stream, time and again. */
function cutting (bytesMax: () => number) {
  const cuts: string[] = []
  const fetchCut = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init)
    if (!response.headers.get('content-type')?.includes('ndjson')) return response
    let left = bytesMax()
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform (chunk, controller) {
        if (chunk.length <= left) {
          left -= chunk.length
          controller.enqueue(chunk)
          return
        }
        controller.enqueue(chunk.subarray(0, left))
        cuts.push(url)
        controller.error(new Error('cut'))
      }
    })
    return new Response(response.body!.pipeThrough(cut), { status: response.status, headers: response.headers })
  }
  return { cuts, fetchCut }
}

t.test('a stream of the SDK that is cut again and again gives every code once, in the clear and sealed', async t => {
  const secrets = Array.from({ length: 4_000 }, (_, n) => `C-${n}`)
  const { alice, id } = await orders(secrets, [1_500, 2_500])
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true })
  const decryptionKeys = [await exportJWK(privateKey) as DecryptionJwk]
  const secretsOf = async (kahub: Kahub, query = {}) => {
    const codes: string[] = []
    for await (const code of kahub.orders.streamCodes(id, query)) codes.push(code.secret.reveal())
    return codes
  }
  for (const form of ['in the clear', 'sealed']) {
    if (form === 'sealed') await alice.kahub.encryptionKeys.create({ name: 'vault', jwk: await exportJWK(publicKey) as { kty: string } })
    const { cuts, fetchCut } = cutting(() => 120_000 + below(100_000))
    const kahub = new Kahub({ ...alice.credentials, decryptionKeys, fetch: fetchCut, pause: async () => {} })
    t.same(await secretsOf(kahub), secrets, form)
    t.same(await secretsOf(kahub, { offset: 100, limit: 3_500 }), secrets.slice(100, 3_600), form)
    t.ok(cuts.length >= 2, `${form}: it was cut ${cuts.length} times`)
  }
  const { cuts, fetchCut } = cutting(() => 10)
  const stuck = new Kahub({ ...alice.credentials, decryptionKeys, fetch: fetchCut, pause: async () => {}, retriesMax: 3 })
  await t.rejects(secretsOf(stuck), { name: 'ConnectionError' })
  t.equal(cuts.length, 4, 'without getting further it ends after retriesMax')
})

t.test('the SDK takes no answer whose codes are not those that were summed', async t => {
  const { alice, id } = await orders(['A-1', 'A-2', 'A-3'], [3])
  const through = (change: (text: string) => string) => new Kahub({
    ...alice.credentials,
    retriesMax: 0,
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      return new Response(change(await response.text()), { status: response.status, headers: response.headers })
    }
  }).orders.streamCodes(id).toArray({ limit: 9 })
  t.equal((await through(text => text)).length, 3)
  await t.rejects(through(text => text.replace('A-2', 'A-9')), { name: 'AnswerError', message: /sum/ })
  await t.rejects(through(text => text.replace(/[^\n]*A-2[^\n]*\n/, '')), { name: 'AnswerError', message: /3 items, and 2 came/ })
  await t.rejects(through(text => splitEnd(text).lines), { name: 'ConnectionError' })
})

t.test('the books hold', t => house.proves(t))
