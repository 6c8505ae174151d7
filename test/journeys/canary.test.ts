// No plaintext (I10): codes and secrets with marks in them are imported, sold, fetched and refused; then everything that stays or
// goes elsewhere is searched for the marks, in every form in which they could stand there.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import t from 'tap'
import { startApi } from '../support/api-process.ts'
import { openHouse, type Exchange } from '../support/house.ts'
import { useOwnCluster } from '../support/postgres.ts'

const cluster = await useOwnCluster(t)
const exchanges: Exchange[] = []
const house = await openHouse(t, { hear: exchange => exchanges.push(exchange) })

/** What every code of this file begins with, and nothing else contains: one search finds them all. */
const canary = 'CANARYSINGSINTHECOALMINE'
const randomMark = (): string => randomBytes(9).toString('hex').toUpperCase()
const mark = (): string => canary + randomMark()

/** Every form in which a mark is looked for; of base64 the three alignments, without the ends that neighbours change. */
function formsOf (text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].flatMap(shift => {
    const coded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replaceAll('=', '')
    const core = coded.slice(shift === 0 ? 0 : 4, -4)
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const utf16 = Buffer.from(text, 'utf16le')
  return [
    bytes, Buffer.from(text.toLowerCase()), Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase()),
    ...base64.map(coded => Buffer.from(coded)), utf16, Buffer.from(utf16).swap16(), Buffer.from(encodeURIComponent(text))
  ]
}

interface Searched { readonly place: string, readonly bytes: Buffer }

/** Where a mark stands, and in how many bytes it was looked for. */
async function search (marks: readonly string[], places: AsyncIterable<Searched> | Iterable<Searched>) {
  const forms = marks.flatMap(text => formsOf(text).map(bytes => ({ text, bytes })))
  const found: string[] = []
  let searched = 0
  for await (const { place, bytes } of places) {
    searched += bytes.length
    for (const form of forms) if (bytes.includes(form.bytes)) found.push(`${form.text} in ${place}`)
  }
  return { found, searched }
}

async function * filesOf (folder: string): AsyncGenerator<Searched> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) yield { place: join(entry.parentPath, entry.name), bytes: await readFile(join(entry.parentPath, entry.name)) }
  }
}

t.test('no code and no secret stands in the database files, the WAL, logs, metrics, refusals or temporary files', async t => {
  const temporary = new Set(await readdir(tmpdir()))
  const api = await startApi(t, house.databaseUrl, house.masterKey, { LOG_LEVEL: 'trace' })
  const codes = Array.from({ length: 40 }, (_, n) => ({ secret: `${mark()}-S${n}`, number: `${mark()}-N${n}`, serial: mark() }))
  const [reseller, sku] = [(await house.reseller()).at(api.url), await house.sku({ price: '10' })]
  const operator = house.operators.live
  const admin = operator.send

  // In: whole, refused as repeated, refused as unreadable, staged and aborted.
  const lines = (rows: readonly object[]) => rows.map(row => JSON.stringify(row) + '\n').join('')
  const opens = async (reference: string) =>
    (await admin('POST', '/admin/v1/imports', { body: { reference, sku, unit_cost: { amount: '1', currency: 'CNY' } } })).json.id
  const ndjson = { 'content-type': 'application/x-ndjson' }
  const sold = await opens('sold')
  t.equal((await admin('PUT', `/admin/v1/imports/${sold}/parts/1`, { body: lines(codes), headers: ndjson })).status, 200)
  t.equal((await admin('POST', `/admin/v1/imports/${sold}/commit`, {})).status, 200)
  const refused = await opens('refused')
  const torn = `{"secret":"${mark()}","number":`
  const csvMark = mark()
  const statuses = [
    await admin('PUT', `/admin/v1/imports/${refused}/parts/1`, { body: lines(codes.slice(0, 3)), headers: ndjson }),
    await admin('PUT', `/admin/v1/imports/${refused}/parts/1`, { body: torn, headers: ndjson }),
    await admin('PUT', `/admin/v1/imports/${refused}/parts/1`, {
      body: `secret,number\n${csvMark},\u0001${csvMark}\n"${csvMark}`, headers: { 'content-type': 'text/csv' }
    }),
    await admin('POST', '/admin/v1/codes/void', { body: { sku, codes: [{ secret: csvMark }], reason: 'leaked' } })
  ]
  t.same(statuses.filter(({ status }) => status < 400), [], 'refused')

  // Out: inline, again, as a page, as a stream; and refused with marks in the body.
  const body = { reference: 'canary', lines: [{ sku, quantity: 7 }] }
  const order = await reseller.send('POST', '/v1/orders', { body })
  t.equal(order.status, 201)
  t.equal((await reseller.send('POST', '/v1/orders', { body })).status, 200)
  const page = await reseller.send('GET', `/v1/orders/${order.json.id}/codes`)
  const stream = await reseller.send('GET', `/v1/orders/${order.json.id}/codes`, { headers: { accept: 'application/x-ndjson' } })
  for (const { text } of [order, page, stream]) t.ok(text.includes(codes[0]!.secret), 'the buyer reads the code')
  const posted = `POSTED${randomMark()}`
  const wrong = [
    await reseller.send('POST', '/v1/orders', { body: { ...body, reference: 'wrong', [posted]: posted } }),
    await reseller.send('POST', '/v1/orders', { body: `{"reference":"${posted}",` }),
    await reseller.send('POST', '/v1/orders', { body: { ...body, reference: 'wrong' }, tamper: { secret: posted } }),
    await reseller.send('GET', `/v1/orders/${posted}`)
  ]
  t.same(wrong.filter(({ status }) => status < 400), [], 'refused')

  // Secrets of keys: told once, to whoever made them.
  const made = await reseller.send('POST', '/v1/keys', {
    body: { reference: 'key', name: 'second', algorithm: 'hmac-sha256', scopes: ['orders:read'] }
  })
  t.equal(made.status, 201)
  const secrets = [made.json.secret, reseller.credentials.secret, operator.credentials.secret, house.masterKey.split(':')[1]!] as string[]
  const marks = [canary, ...secrets]

  const metrics = await (await fetch(api.metricsUrl)).text()
  t.equal(await api.stop(), 0)
  await house.db`checkpoint`
  const refusals = exchanges.filter(({ status }) => status >= 400)
    .map(({ target, text }) => ({ place: `the refusal of ${target}`, bytes: Buffer.from(text) }))
  t.ok(refusals.length >= 8)
  const [files, answers, log] = [
    await search(marks, filesOf(cluster.home)),
    await search(marks, refusals),
    // The path of a request may stand in its log line; what is in a body may not.
    await search([...marks, posted], [
      { place: 'the log', bytes: Buffer.from(api.written().replaceAll(`/v1/orders/${posted}`, '')) },
      { place: 'the metrics', bytes: Buffer.from(metrics) }
    ])
  ]
  t.same(files.found, [], `${files.searched} bytes of the database's folder: data, WAL, log`)
  t.ok(files.searched > 30_000_000)
  t.same(answers.found, [], 'refusals quote no code and no secret')
  t.same(log.found, [], `${log.searched} bytes of log and metrics`)
  t.ok(api.written().length > 1_000, 'at level trace there is a log')
  const left = (await readdir(tmpdir())).filter(name => !temporary.has(name) && name.startsWith('kahub') && name !== basename(cluster.home))
  for (const name of left) {
    const { found } = await search(marks, filesOf(join(tmpdir(), name))).catch(() => ({ found: [] }))
    t.same(found, [], `nothing in ${name}`)
  }
})

t.test('the search finds a mark in every form, across the files of the same folder', async t => {
  const folder = await mkdtemp(join(dirname(cluster.home), 'kahub-control-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const planted = mark()
  const forms: Record<string, Buffer> = {
    plain: Buffer.from(`a line with ${planted}-S1 in it`),
    hex: Buffer.from(`\\x00${Buffer.from(planted).toString('hex')}00`),
    base64: Buffer.from(Buffer.from(planted).toString('base64')),
    'base64 in a longer text': Buffer.from(Buffer.from(`x${planted}-N2`).toString('base64')),
    'base64 in another': Buffer.from(Buffer.from(`xy${planted}`).toString('base64url')),
    'utf-16': Buffer.from(planted, 'utf16le'),
    'utf-16 the other way': Buffer.from(planted, 'utf16le').swap16()
  }
  for (const [name, bytes] of Object.entries(forms)) {
    await writeFile(join(folder, 'control'), Buffer.concat([randomBytes(1_000), bytes, randomBytes(1_000)]))
    t.ok((await search([planted], filesOf(folder))).found.length > 0, name)
  }
  await writeFile(join(folder, 'control'), randomBytes(10_000))
  t.same((await search([planted], filesOf(folder))).found, [], 'and nothing where nothing is')
})

t.test('the search finds what the database does keep in the open', async t => {
  const name = `KEPT${randomMark()}`
  await house.operator.issuers.put('canary', { name })
  await house.db`checkpoint`
  t.ok((await search([name], filesOf(cluster.home))).found.some(place => place.includes('pg_wal')), 'in the WAL')
  t.ok((await search([name], filesOf(cluster.home))).found.some(place => place.includes('base')), 'in the data files')
})
