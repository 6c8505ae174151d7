// Buying by file: what a file may be, what is told of it before anything moves, and that the work, done in steps by whoever is
// there, comes to the same whatever happens between two of them.
import t from 'tap'
import assert from 'node:assert/strict'
import type { BulkOrderReport } from '../../schema/rest/bulk-orders.ts'
import type { BulkOrderState } from '../../schema/vocabulary.ts'
import { readId } from '../../src/base/ids.ts'
import { expireBulkOrders } from '../../src/domain/bulk-orders/end-bulk-order.ts'
import { runBulkOrders, runStep } from '../../src/domain/bulk-orders/run-step.ts'
import { openHouse, outcomeOf, type Answer, type Reseller } from '../support/house.ts'

const house = await openHouse(t)
const world = house.worlds.live
let made = 0
const reference = (): string => `bulk ${++made}`

type Type = 'text/csv' | 'application/x-ndjson' | 'application/json'
interface Line { readonly sku: string, readonly quantity: number, readonly reference?: string }

/** Sends a file as it is. */
function uploads (reseller: Reseller, type: Type, body: string | Uint8Array, query = ''): Promise<Answer> {
  const target = `/v1/bulk-orders?reference=${encodeURIComponent(reference())}${query}`
  return reseller.send('POST', target, { body, headers: { 'content-type': type } })
}

function csvOf (lines: readonly Line[]): string {
  return 'sku,quantity,reference\n' + lines.map(({ sku, quantity, reference = '' }) => `${sku},${quantity},${reference}\n`).join('')
}

function filesOf (lines: readonly Line[]): Readonly<Record<Type, string>> {
  return {
    'text/csv': csvOf(lines),
    'application/x-ndjson': lines.map(line => JSON.stringify(line) + '\n').join(''),
    'application/json': JSON.stringify({ lines }, null, 2)
  }
}

const repeat = (count: number, line: (i: number) => Line): Line[] => Array.from({ length: count }, (_, i) => line(i))

/** A validated bulk order of these lines. */
async function validated (reseller: Reseller, lines: readonly Line[], fill: 'partial' | 'all_or_nothing' = 'partial'): Promise<string> {
  const bulk = await reseller.kahub.bulkOrders.create(csvOf(lines), 'text/csv', { fill })
  assert.equal(bulk.state, 'validated')
  return bulk.id
}

async function confirmed (reseller: Reseller, lines: readonly Line[], fill: 'partial' | 'all_or_nothing' = 'partial'): Promise<string> {
  const id = await validated(reseller, lines, fill)
  await reseller.kahub.bulkOrders.confirm(id)
  return id
}

/** Runs the pass until nothing is at work. */
async function works (): Promise<void> {
  while (await runBulkOrders(world, 100) > 0);
}

/** Makes so many steps of one chunk each. */
async function makes (steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) assert.notEqual(await runStep(world), 'none')
}

const balanceOf = async (reseller: Reseller): Promise<string> => (await reseller.kahub.wallets.list()).data[0]!.balance.amount
const stockOf = async (sku: string): Promise<{ available: number, held: number }> => {
  const [row] = await house.db<{ available: number, held: number }[]>`select available, held from stock where sku_id = ${readId('sku', sku)!}`
  return { ...row! }
}
const eventsOf = async (reseller: Reseller): Promise<string[]> => (await house.db<{ type: string }[]>`
  select type from events where reseller_id = ${readId('reseller', reseller.id)!} and type like 'bulk_order.%' order by sequence`).map(row => row.type)

t.test('CSV, NDJSON and JSON of the same lines give the same report', async t => {
  const alice = await house.reseller()
  const cheap = await house.sku({ price: '9.995', codes: 5, breaks: { 100: '0.9' } })
  const dear = await house.sku({ price: '100', codes: 1000 })
  const lines = [
    { sku: cheap, quantity: 3, reference: 'a' }, { sku: dear, quantity: 2 }, { sku: cheap, quantity: 100, reference: '单号 7, "x"' }
  ]
  const reports: BulkOrderReport[] = []
  const files = { ...filesOf(lines), 'text/csv': `reference,quantity,sku\n a ,3,${cheap}\n,2,${dear}\n"单号 7, ""x""",100,${cheap}\n` }
  for (const [type, body] of Object.entries(files)) {
    const answer = await uploads(alice, type as Type, body)
    t.match([answer.status, answer.json.state], [201, 'validated'], type)
    reports.push(answer.json.report)
  }
  t.same(reports[1], reports[0])
  t.same(reports[2], reports[0])
  t.same(reports[0], {
    lines: 3,
    quantity: 105,
    currency: 'CNY',
    // Each line is priced by its own quantity, and rounded once.
    total: '1129.54',
    errors: [],
    errors_count: 0,
    short: [{ sku: cheap, wanted: 103, available: 5 }],
    short_count: 1,
    wallet: { available: '100000.00', missing: '0.00' },
    skus: [
      { sku: cheap, lines: 2, quantity: 103, unit_price: null, total: '929.54' },
      { sku: dear, lines: 1, quantity: 2, unit_price: '100.00', total: '200.00' }
    ],
    skus_count: 2
  })
})

t.test('what spreadsheets make of a file is read as it was meant', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 10 })
  const { number } = await house.operator.skus.get(sku)
  const variants = {
    'a byte order mark, CRLF and an ignored name': `\ufeffsku,quantity,reference,name\r\n${sku},2,r1,卡\r\n${sku},1,,\r\n`,
    'semicolons and empty columns at the end': `SKU;Quantity;;\n${sku};2;;\n${sku};1;;\n`,
    'tabs and no line end at the end': `quantity\tsku\n2\t${sku}\n1\t${sku}`,
    'blank lines and rows of nothing': `\nsku,quantity,reference\n\n${sku},2,\n,,\n   \n${sku},1\n\n`,
    'all cells quoted': `"sku","quantity","reference"\n"${sku}","2","x, ""y"""\n"${sku}","1",""\n`,
    'cells kept from being formulas, and points behind numbers': `sku,quantity,reference\n'${sku},2.00,'=1+1\n"=""${number}""",+1,'-x\n`,
    'plain numbers': `sku,quantity\n${number},2\n${number},1\n`
  }
  for (const [what, body] of Object.entries(variants)) {
    const { json } = await uploads(alice, 'text/csv', body)
    t.match(json, { state: 'validated', report: { lines: 2, quantity: 3, errors: [], skus: [{ sku, lines: 2 }] } }, what)
  }
  const id = (await uploads(alice, 'text/csv', variants['cells kept from being formulas, and points behind numbers'])).json.id
  t.match((await alice.kahub.bulkOrders.lines(id)).data, [{ line: 2, reference: '=1+1' }, { line: 3, reference: '-x' }])
  const { text } = await alice.send('GET', `/v1/bulk-orders/${id}/lines`, { headers: { accept: 'text/csv' } })
  t.match(text, /\r\n2,'=1\+1,1,sku_/, 'what goes out is safe from being a formula again')

  const template = await alice.kahub.bulkOrders.template()
  t.match(template, /^sku,quantity,reference,name\r\nsku_/)
  t.match(await alice.kahub.bulkOrders.create(template, 'text/csv'), { state: 'validated' }, 'the template is a file')
})

t.test('what is no such file is refused, says what it looks like, and leaves nothing', async t => {
  const alice = await house.reseller()
  const sku = await house.sku()
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
  const plain = csvOf(repeat(50, () => ({ sku, quantity: 1 })))
  const cases: readonly (readonly [Type, string | Uint8Array, RegExp])[] = [
    ['text/csv', Buffer.concat([Buffer.from('504b030414000600', 'hex'), Buffer.alloc(5_000, 7)]), /zip.*xlsx/],
    ['application/json', Buffer.concat([Buffer.from('1f8b0800', 'hex'), Buffer.alloc(500)]), /gzip/],
    ['text/csv', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /xls/],
    ['text/csv', utf16('\ufeff' + plain), /UTF-16/],
    ['text/csv', utf16(plain), /UTF-16/],
    ['application/x-ndjson', Buffer.concat([Buffer.from(plain), Buffer.alloc(1)]), /zero/],
    ['text/csv', Buffer.concat([Buffer.from(plain), Buffer.from(`${sku},1,`), Buffer.from([0xd0, 0xcd, 0xbb, 0xaa])]), /UTF-8 from line 52 .*GBK/],
    ['text/csv', Buffer.from(`${sku},1\n`), /Line 1 is not the header/],
    ['text/csv', Buffer.from(`sku,quantity,price\n${sku},1,2\n`), /header/],
    ['text/csv', Buffer.from(`sku,quantity,sku\n${sku},1,2\n`), /header/],
    ['text/csv', Buffer.from('sku,quantity\n'), /no lines/],
    ['application/x-ndjson', Buffer.from('\n\n'), /no lines/],
    ['application/json', Buffer.from('{"lines": []}'), /no lines/],
    ['text/csv', Buffer.from(`sku,quantity\n"${sku},1\n`), /quote/],
    ['text/csv', Buffer.from(`sku,quantity\n"${sku},1\n${'x'.repeat(9_000)}\n`), /quote/],
    ['application/x-ndjson', Buffer.from(`{"sku":"${'x'.repeat(9_000)}"`), /longer than/],
    ['application/json', Buffer.from(`{"lines":[{"sku":"${'x'.repeat(9_000)}"}]}`), /longer than/]
  ]
  for (const [type, body, told] of cases) {
    const { json } = await uploads(alice, type, body)
    t.match(json, { status: 422, code: 'bulk_file_unreadable', detail: told }, `${type} ${String(told)}`)
  }
  const refusals: readonly (readonly [string, string])[] = [
    ['{"lines": [{"sku": "x", "quantity": 1}', 'malformed_json'],
    ['{"lines": [{"sku": "x" "quantity": 1}]}', 'malformed_json'],
    ['{"lines": [1,]}', 'malformed_json'],
    ['{"lines": [1]} {}', 'malformed_json'],
    ['{"lines": [{"sku": "x", "sku": "y", "quantity": 1}]}', 'duplicate_json_key'],
    ['{"lines": [1], "lines": [2]}', 'duplicate_json_key'],
    ['{"lines": [{"__proto__": 1}]}', 'forbidden_json_key'],
    ['{"lines": [1], "fill": "partial"}', 'invalid_request'],
    ['{"lines": {"sku": "x"}}', 'malformed_json'],
    ['[{"sku": "x", "quantity": 1}]', 'invalid_request'],
    ['{}', 'invalid_request']
  ]
  for (const [body, code] of refusals) t.equal((await uploads(alice, 'application/json', body)).code, code, body)
  t.equal((await uploads(alice, 'text/plain' as Type, plain)).code, 'unsupported_media_type')
  t.equal((await alice.send('POST', '/v1/bulk-orders', { body: plain, headers: { 'content-type': 'text/csv' } })).code, 'reference_missing')
  t.equal((await uploads(alice, 'text/csv', plain, '&fil=partial')).code, 'invalid_request')
  t.same((await alice.kahub.bulkOrders.list()).data, [])
})

t.test('a file beyond the limits is refused where it becomes so', async t => {
  const alice = await house.reseller()
  const sku = await house.sku()
  const line = `${sku},1\n`
  const over = (body: string | Uint8Array, type: Type = 'text/csv'): Promise<Answer> => uploads(alice, type, body)
  const told = (detail: RegExp): object => ({ status: 413, code: 'bulk_file_too_large', detail })
  t.match((await over('sku,quantity\n' + line.repeat(100_001))).json, told(/100000 lines, and line 100002/))
  t.match((await over(`{"sku":"${sku}","quantity":1}\n`.repeat(100_001), 'application/x-ndjson')).json, told(/line 100001/))
  // A million lines with a bad one: told of the first that is too many, whatever comes behind.
  t.match((await over(Buffer.concat([Buffer.from('sku,quantity\nnot a sku,x\n'), Buffer.from(line.repeat(700_000))]))).json, told(/line 100002/))
  t.match((await over(`sku,quantity\n${sku},600000\n${sku},400001\n`)).json, told(/up to line 3/))
  t.match((await over(Buffer.alloc(32 * 1024 * 1024 + 1, 0x0a))).json, told(/33554432 bytes/))
  const chunked = await alice.send('POST', `/v1/bulk-orders?reference=${reference().replace(' ', '')}`, {
    body: Buffer.alloc(32 * 1024 * 1024 + 1, 0x0a), headers: { 'content-type': 'text/csv' }, tamper: { chunked: true }
  })
  t.match(chunked.json, told(/33554432 bytes/), 'without a Content-Length too')
  t.same((await alice.kahub.bulkOrders.list()).data, [])
  // One line that asks for too much is the fault of that line: another column was taken for the quantity, perhaps.
  for (const quantity of ['1000001', '6901234567892']) {
    const { report } = await alice.kahub.bulkOrders.create(`sku,quantity\n${sku},1\n${sku},${quantity}\n`, 'text/csv')
    t.match(report.errors, [{ line: 3, code: 'invalid_request', detail: /up to 1000000 codes/ }])
  }
  t.match(await alice.kahub.bulkOrders.create(`sku,quantity\n${sku},500000\n${sku},500000\n`, 'text/csv'), {
    state: 'validated', quantity: 1_000_000, report: { short: [{ sku, wanted: 1_000_000, available: 0 }], wallet: { missing: '9900000.00' } }
  }, 'a million codes in two lines are within them; that they are not there yet is no error')
})

t.test('a file that is refused before its end leaves its connection to the next request', async t => {
  const alice = await house.reseller()
  for (const type of ['text/csv', 'application/x-ndjson', 'application/json'] as const) {
    const refused = await uploads(alice, type, '1'.repeat(2_000_000))
    t.match([refused.status, refused.headers.connection], [422, 'keep-alive'], type)
    t.equal((await alice.send('GET', '/v1/ping')).status, 200, 'on the same connection')
  }
})

t.test('a file that costs more than anybody could pay is refused, and leaves nothing', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ price: '99999999999' })
  for (const [type, body] of Object.entries(filesOf([{ sku, quantity: 500_000 }]))) {
    t.match(await uploads(alice, type as Type, body), { status: 422, code: 'invalid_request' }, type)
  }
  t.equal((await house.db`select 1 from bulk_orders where reseller_id = ${readId('reseller', alice.id)!}`).length, 0)
})

t.test('whatever is wrong with lines is told of each, and nothing can be confirmed', async t => {
  const alice = await house.reseller()
  const good = await house.sku({ min: 2, max: 10, step: 2 })
  const dollars = await house.sku({ currency: 'USD' })
  const unpriced = await house.sku({ price: null })
  const paused = await house.sku()
  const delisted = await house.sku()
  const foreign = await house.sku({ world: 'test' })
  await house.operator.skus.update(paused, { status: 'paused' })
  await house.operator.skus.update(delisted, { status: 'delisted' })
  const rows = [
    `${good},4,one`, `${foreign},2,`, 'nothing like it,2,', '4711,2,', `${paused},1,`, `${delisted},1,`, `${unpriced},1,`, `${dollars},1,`,
    `${good},12,`, `${good},1,`, `${good},3,`, `${good},0,`, `${good},-2,`, `${good},2.5,`, `${good},"1,000",`, `${good},many,`, ',2,',
    '1.2E+14,2,', `${good},2,one`, `${good},2,${'x'.repeat(65)}`, `${good},2,,surplus`, `${paused},12,one`
  ]
  const { status, json } = await uploads(alice, 'text/csv', `sku,quantity,reference\n${rows.join('\n')}\n`)
  t.match([status, json.state, json.report.lines, json.report.total], [201, 'invalid', rows.length, '40.00'])
  t.same((json as { report: BulkOrderReport }).report.errors.map(({ line, code }) => [line, code]), [
    [3, 'sku_not_found'], [4, 'sku_not_found'], [5, 'sku_not_found'], [6, 'sku_not_for_sale'], [7, 'sku_not_for_sale'], [8, 'price_missing'],
    [9, 'currency_mixed'], [10, 'quantity_out_of_bounds'], [11, 'quantity_out_of_bounds'], [12, 'quantity_off_step'], [13, 'invalid_request'],
    [14, 'invalid_request'], [15, 'invalid_request'], [16, 'invalid_request'], [17, 'invalid_request'], [18, 'invalid_request'],
    [19, 'invalid_request'], [20, 'reference_reused'], [21, 'invalid_request'], [22, 'invalid_request'], [23, 'reference_reused'],
    [23, 'sku_not_for_sale']
  ])
  for (const { detail } of json.report.errors) t.match(detail, /^[A-Z].*\.$/)
  t.equal(json.report.errors_count, 22)
  t.equal((await alice.kahub.bulkOrders.lines(json.id)).data.length, 0)
  for (const change of ['confirm', 'cancel', 'retry'] as const) {
    t.equal(await outcomeOf(alice.kahub.bulkOrders[change](json.id)), 'state_conflict', change)
  }
  t.match((await uploads(alice, 'text/csv', `sku,quantity\n${good},2\n`, '&currency=USD')).json, {
    state: 'invalid', report: { errors: [{ line: 2, code: 'currency_mixed' }] }
  })
  const many = await uploads(alice, 'application/x-ndjson', '{"sku":"x","quantity":1}\n{"sku":1}\n[]\nx\n{"a":1}\n'.repeat(400))
  t.match(many.json, { state: 'invalid', report: { lines: 2000, errors_count: 2000, currency: null, total: null } })
  t.equal(many.json.report.errors.length, 1000)
  t.same(many.json.report.errors.slice(0, 5).map((error: { line: number }) => error.line), [1, 2, 3, 4, 5])
})

t.test('a file that was cut or changed on its way leaves nothing, and its reference free', async t => {
  const alice = await house.reseller()
  const sku = await house.sku()
  for (const [type, body] of Object.entries(filesOf(repeat(3, () => ({ sku, quantity: 1 }))))) {
    const target = `/v1/bulk-orders?reference=cut${type.length}`
    // What a damaged byte makes of it, no text or no such format, is not held against the sender.
    const damaged = Buffer.from(body)
    damaged[9] = 0xff
    for (const bodyAfter of [body.slice(0, -20), body + '\n ', body.replace('1', '9'), damaged, `"${body.slice(1)}`]) {
      const refused = await alice.send('POST', target, { body, headers: { 'content-type': type }, tamper: { bodyAfter } })
      t.equal(refused.code, 'digest_mismatch', type)
    }
    const undigested = await alice.send('POST', target, { body, headers: { 'content-type': type }, tamper: { digest: null } })
    t.equal(undigested.status, 401)
    t.equal((await alice.send('POST', target, { body, headers: { 'content-type': type } })).status, 201)
  }
  t.equal((await alice.kahub.bulkOrders.list()).data.length, 3)
})

t.test('the same reference with the same bytes is the same bulk order, with others it is refused', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 2 })
  const file = csvOf([{ sku, quantity: 1 }])
  const first = await alice.kahub.bulkOrders.create(file, 'text/csv', { reference: 'PO 1' })
  t.equal((await alice.kahub.bulkOrders.create(new Blob([file]), 'text/csv', { reference: 'PO 1' })).id, first.id)
  t.equal((await alice.kahub.bulkOrders.create(file, 'text/csv', {}, { headers: { 'idempotency-key': '"PO 1"' } })).id, first.id)
  const again = await alice.send('POST', '/v1/bulk-orders?reference=PO%201', { body: file, headers: { 'content-type': 'text/csv' } })
  t.match([again.status, again.headers['idempotent-replayed']], [200, 'true'])
  const others = [['\n', {}], ['', { fill: 'all_or_nothing' }], ['', { currency: 'CNY' }], ['', { cost_center: 'north' }]] as const
  for (const [more, query] of others) {
    t.equal(await outcomeOf(alice.kahub.bulkOrders.create(file + more, 'text/csv', { reference: 'PO 1', ...query })), 'reference_reused')
  }
  t.equal(await outcomeOf(alice.kahub.bulkOrders.create(file, 'text/csv', { reference: 'PO 1' }, { headers: { 'idempotency-key': 'PO 2' } })), 'reference_mismatch')
  const twins = await Promise.all(Array.from({ length: 5 }, () => alice.kahub.bulkOrders.create(file, 'text/csv', { reference: 'PO 3' })))
  t.equal(new Set(twins.map(twin => twin.id)).size, 1, 'sent five times at once it is one')
  const bob = await house.reseller()
  t.not((await bob.kahub.bulkOrders.create(file, 'text/csv', { reference: 'PO 1' })).id, first.id)
  t.equal(await outcomeOf(bob.kahub.bulkOrders.confirm(first.id)), 'not_found')
})

t.test('a hundred thousand lines are checked in memory that does not grow with them', async t => {
  const alice = await house.reseller({ balance: '1' })
  const sku = await house.sku()
  const file = Buffer.from(csvOf(repeat(100_000, i => ({ sku, quantity: 1, reference: `line ${i}` }))))
  const before = process.memoryUsage().rss
  t.match(await alice.kahub.bulkOrders.create(file, 'text/csv'), { state: 'validated', lines: 100_000, report: { total: '1000000.00' } })
  const grownMb = (process.memoryUsage().rss - before) / 1e6
  t.ok(grownMb < 250, `${Math.round(grownMb)} MB more, the client's copy of the file among them`)
})

t.test('line by line what can be bought is bought, and each line says what became of it', async t => {
  const alice = await house.reseller({ balance: '6000' })
  const plenty = await house.sku({ codes: 2_000, price: '2' })
  const scarce = await house.sku({ codes: 5, price: '3' })
  const soldOut = await house.sku({ price: '1' })
  const lines = [
    ...repeat(600, i => ({ sku: plenty, quantity: 1, reference: `p${i}` })), { sku: scarce, quantity: 8, reference: 'scarce' },
    { sku: soldOut, quantity: 1, reference: 'none' }, ...repeat(498, () => ({ sku: soldOut, quantity: 1 })), { sku: plenty, quantity: 3, reference: 'last' }
  ]
  const id = await confirmed(alice, lines)
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'running', lines_done: 0, percent: 0, max_total: '1729.00', total: '1729.00' })
  await makes(1)
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'running', lines_done: 250, lines_delivered: 250, percent: 20, delivered: 250, paid: '500.00' })
  await works()
  const bulk = await alice.kahub.bulkOrders.get(id)
  t.match(bulk, {
    state: 'partial',
    lines: 1101,
    lines_done: 1101,
    lines_delivered: 601,
    lines_failed: 500,
    quantity: 1110,
    delivered: 608,
    percent: 100,
    paid: '1221.00',
    amounts: { wanted: '1729.00', held: '0.00', paid: '1221.00', refunded: '0.00' },
    confirm_before: null
  })
  t.equal(await balanceOf(alice), '4779.00')
  t.same(await eventsOf(alice), ['bulk_order.confirmed', 'bulk_order.ended'])

  const line = async (reference: string) => (await alice.kahub.bulkOrders.lines(id, { reference })).data[0]
  t.match(await line('p0'), { line: 2, round: 1, state: 'delivered', delivered: 1, reason: null, unit_price: '2.00', total: '2.00', order_line: 1 })
  t.match(await line('scarce'), { line: 602, state: 'partial', quantity: 8, delivered: 5, reason: 'out_of_stock', total: '15.00' })
  t.match(await line('none'), { line: 603, state: 'refused', delivered: 0, reason: 'out_of_stock' })
  t.match(await line('last'), { line: 1102, state: 'delivered', delivered: 3 })
  t.equal(await line('nobody'), undefined)
  t.same((await alice.kahub.bulkOrders.lines(id, { state: 'partial' })).data.map(({ line }) => line), [602])
  const paged = await alice.kahub.bulkOrders.lines(id, { limit: 100 }).toArray({ limit: 5_000 })
  t.same(paged.map(({ line }) => line), lines.map((_, i) => i + 2), 'pages give each line once, in the order of the file')
  const streamed = await alice.kahub.bulkOrders.streamLines(id).toArray({ limit: 5_000 })
  t.same(streamed, paged, 'and so does the stream')
  const { text } = await alice.send('GET', `/v1/bulk-orders/${id}/lines`, { headers: { accept: 'text/csv' } })
  t.same(text.trim().split('\r\n').length, 1 + lines.length, 'and the file')

  const orders = [...new Set(paged.flatMap(({ order }) => order ?? []))]
  t.equal(orders.length, 4)
  for (const order of orders) t.match(await alice.kahub.orders.get(order), { bulk_order: id })
  const codes = await alice.kahub.orders.codes(orders[0]!, { limit: 1_000 })
  t.equal(codes.data.length, 250, 'codes are fetched from the orders')
  await house.proves(t)
})

t.test('what is wanted as a whole is set aside, then bought, or given back to the last code', async t => {
  const alice = await house.reseller({ balance: '5000' })
  const sku = await house.sku({ codes: 1_150, price: '2' })
  const lines = repeat(1_100, i => ({ sku, quantity: 1, reference: `r${i}` }))
  const id = await confirmed(alice, lines, 'all_or_nothing')
  await makes(3)
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'reserving', percent: 30, lines_done: 0, amounts: { held: '1500.00', paid: '0.00' } })
  t.match((await alice.kahub.bulkOrders.lines(id)).data[0], { state: 'held', delivered: 0 })
  t.same(await stockOf(sku), { available: 400, held: 750 })
  await works()
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'completed', lines_delivered: 1_100, amounts: { held: '0.00', paid: '2200.00' } })
  t.same(await stockOf(sku), { available: 50, held: 0 })

  const failing = await confirmed(alice, [...repeat(700, () => ({ sku, quantity: 1 }))], 'all_or_nothing')
  await works()
  t.match(await alice.kahub.bulkOrders.get(failing), { state: 'failed', failure: { code: 'out_of_stock', line: 52 }, lines_failed: 700, delivered: 0 })
  t.match((await alice.kahub.bulkOrders.lines(failing, { state: 'refused', limit: 1 })).data, [{ line: 2, reason: 'cancelled' }])
  const bill = await house.sku({ codes: 1_000, price: '5' })
  const unpaid = await confirmed(alice, repeat(700, () => ({ sku: bill, quantity: 1 })), 'all_or_nothing')
  await works()
  t.match(await alice.kahub.bulkOrders.get(unpaid), { state: 'failed', failure: { code: 'insufficient_balance' }, lines_failed: 700, delivered: 0 })
  const released = await alice.kahub.bulkOrders.lines(unpaid, { state: 'released', limit: 1 })
  t.match(released.data, [{ line: 2, reason: 'cancelled', delivered: 0, total: '0.00' }], 'what was set aside before was given back')
  t.match((await alice.kahub.bulkOrders.lines(unpaid, { state: 'refused', limit: 1 })).data, [{ line: 502, reason: 'insufficient_balance' }])
  t.equal(await balanceOf(alice), '2800.00')
  t.same([await stockOf(sku), await stockOf(bill)], [{ available: 50, held: 0 }, { available: 1_000, held: 0 }])
  await house.proves(t)
})

t.test('stock that is withdrawn while it is set aside fails what is wanted as a whole', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 700 })
  const other = await house.sku({ codes: 700 })
  const lines = [...repeat(500, () => ({ sku, quantity: 1 })), ...repeat(500, () => ({ sku: other, quantity: 1 }))]
  const recalled = async (): Promise<void> => {
    for await (const { id, state } of house.operator.lots.list({ sku })) if (state === 'available') await house.operator.lots.recall(id, { reason: 'bad' })
  }
  for (const steps of [1, 3, 5]) {
    await house.stocks(sku, 700)
    const id = await confirmed(alice, lines, 'all_or_nothing')
    await makes(steps)
    await recalled()
    await works()
    t.match(await alice.kahub.bulkOrders.get(id), { state: 'failed', failure: { code: 'out_of_stock' }, delivered: 0, amounts: { held: '0.00', paid: '0.00' } })
    t.same(await stockOf(other), { available: 700, held: 0 }, `withdrawn after ${steps} steps`)
  }
  await house.proves(t)
})

t.test('lines are counted once, when all that was set aside for them was withdrawn before it was approved', async t => {
  const alice = await house.reseller()
  await alice.kahub.approvalPolicy.put({ quantity_above: 1 })
  const checker = await alice.withKey({ scopes: ['orders:approve', 'orders:read'] })
  const sku = await house.sku({ codes: 600 })
  const id = await confirmed(await alice.withKey({}), repeat(300, () => ({ sku, quantity: 2 })))
  await works()
  const [lot] = (await house.operator.lots.list({ sku })).data
  await house.operator.lots.recall(lot!.id, { reason: 'bad' })
  const [approval] = (await checker.kahub.approvals.list({ state: 'pending' })).data
  await checker.kahub.approvals.approve(approval!.id)
  await works()
  const expected = { state: 'failed', failure: { code: 'out_of_stock' }, lines_done: 300, lines_failed: 300, lines_delivered: 0 }
  t.match(await alice.kahub.bulkOrders.get(id), { ...expected, amounts: { held: '0.00', paid: '0.00' } })
  await house.proves(t)
})

t.test('prices that rise after the report lead no purchase around the approval it then needs', async t => {
  const alice = await house.reseller()
  await alice.kahub.approvalPolicy.put({ amount_above: [{ amount: '50', currency: 'CNY' }] })
  const sku = await house.sku({ codes: 10, price: '10' })
  const [dear, cheap] = [await validated(alice, [{ sku, quantity: 4 }]), await validated(alice, [{ sku, quantity: 2 }])]
  await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: '20', currency: 'CNY' } }] })
  for (const id of [dear, cheap]) await alice.kahub.bulkOrders.confirm(id, { max_total: { amount: '1000', currency: 'CNY' } })
  await works()
  t.match(await alice.kahub.bulkOrders.get(dear), { state: 'awaiting_approval', amounts: { held: '80.00', paid: '0.00' } })
  t.match(await alice.kahub.bulkOrders.get(cheap), { state: 'completed', amounts: { paid: '40.00' } }, 'what it costs decides, not what it might')
  await alice.kahub.bulkOrders.cancel(dear)
  await works()
  await house.proves(t)
})

t.test('a step of several chunks locks their stock in the order of the house', async t => {
  const alice = await house.reseller()
  const made = await Promise.all([house.sku({ codes: 250 }), house.sku({ codes: 250 })])
  const [low, high] = made.sort((a, b) => readId('sku', a)! < readId('sku', b)! ? -1 : 1) as [string, string]
  await confirmed(alice, repeat(500, i => ({ sku: i < 250 ? high : low, quantity: 1 })))
  await house.db.unsafe('begin')
  await house.db`select 1 from stock where sku_id = ${readId('sku', low)!} for update`
  const step = runStep(world, 2)
  while ((await house.db`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length === 0);
  const free = house.db`select 1 from stock where sku_id = ${readId('sku', high)!} for update nowait`
  t.equal(await free.then(() => 'free', ({ code }) => code), 'free', 'it waits for the first before it has the second')
  await house.db.unsafe('rollback')
  t.equal(await step, 'made')
  await works()
  await house.proves(t)
})

t.test('a confirmation counts once, pays no more than the report said, and comes in time', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 100, price: '10' })
  const id = await validated(alice, repeat(6, () => ({ sku, quantity: 1 })))
  const confirm = (max?: string, currency = 'CNY'): Promise<Answer> => alice.send('POST', `/v1/bulk-orders/${id}/confirm`, {
    body: max === undefined ? {} : { max_total: { amount: max, currency } }
  })
  t.equal((await confirm('10', 'USD')).code, 'currency_mixed')
  t.equal((await confirm('-1')).code, 'invalid_request')
  const answers = await Promise.all([confirm(), confirm(), confirm()])
  t.same(answers.map(answer => answer.status).sort(), [200, 200, 202])
  const accepted = answers.find(answer => answer.status === 202)!
  t.match(accepted.headers, { location: `/v1/bulk-orders/${id}`, 'retry-after': '1' })
  t.equal((await confirm('60')).status, 200, 'the same max_total is the same confirmation')
  t.equal((await confirm('61')).code, 'state_conflict')
  await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: '16', currency: 'CNY' } }] })
  await works()
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'partial', delivered: 3, paid: '48.00', lines_failed: 3 })
  t.same((await alice.kahub.bulkOrders.lines(id, { state: 'refused' })).data.map(({ reason }) => reason), Array(3).fill('price_above_max'))
  t.equal((await confirm()).status, 200)

  const whole = await confirmed(alice, repeat(6, () => ({ sku, quantity: 1 })), 'all_or_nothing')
  await house.operator.prices.set({ rules: [{ kind: 'list', sku, amount: { amount: '17', currency: 'CNY' } }] })
  await works()
  t.match(await alice.kahub.bulkOrders.get(whole), { state: 'failed', failure: { code: 'price_above_max' } })

  const [late, tidied] = [await validated(alice, [{ sku, quantity: 1 }]), await validated(alice, [{ sku, quantity: 1 }])]
  await house.db`update bulk_orders set created_at = created_at - interval '1 day' where id = any(${[readId('bulk_order', late)!, readId('bulk_order', tidied)!]})`
  t.equal(await outcomeOf(alice.kahub.bulkOrders.confirm(late)), 'state_conflict', 'the clock decides, not the pass')
  t.equal(await expireBulkOrders(world.db, 10), 2)
  t.equal(await expireBulkOrders(world.db, 10), 0)
  t.match(await alice.kahub.bulkOrders.get(tidied), { state: 'expired', lines_done: 1, lines_failed: 1 })
  t.match((await alice.kahub.bulkOrders.lines(tidied)).data, [{ state: 'refused', reason: 'expired' }])
  for (const change of ['cancel', 'retry'] as const) t.equal(await outcomeOf(alice.kahub.bulkOrders[change](tidied)), 'state_conflict')
  await house.proves(t)
})

t.test('a bulk order is stopped in any state that leaves something to stop', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 5_000, price: '1' })
  const lines = repeat(1_200, () => ({ sku, quantity: 1 }))
  const cancel = (id: string) => alice.kahub.bulkOrders.cancel(id)
  const fresh = await validated(alice, lines)
  t.match(await cancel(fresh), { state: 'cancelled', lines_failed: 1_200, delivered: 0 })
  t.match(await cancel(fresh), { state: 'cancelled' }, 'again it is answered as it is')
  t.equal(await outcomeOf(alice.kahub.bulkOrders.confirm(fresh)), 'state_conflict')

  const running = await confirmed(alice, lines)
  await makes(1)
  t.match(await cancel(running), { state: 'cancelled', lines_delivered: 250, lines_failed: 950, delivered: 250, paid: '250.00' })
  t.equal(await runBulkOrders(world, 10), 0)

  const reserving = await confirmed(alice, lines, 'all_or_nothing')
  await makes(2)
  t.match(await cancel(reserving), { state: 'releasing' })
  t.match(await cancel(reserving), { state: 'releasing' })
  await makes(1)
  t.match(await alice.kahub.bulkOrders.get(reserving), { state: 'releasing', amounts: { held: '250.00' } })
  await works()
  t.match(await cancel(reserving), { state: 'cancelled', lines_failed: 1_200, delivered: 0, amounts: { held: '0.00', paid: '0.00' } })
  t.same(await stockOf(sku), { available: 4_750, held: 0 })

  const completing = await confirmed(alice, lines, 'all_or_nothing')
  await makes(6)
  t.match(await alice.kahub.bulkOrders.get(completing), { state: 'completing' })
  t.equal(await outcomeOf(cancel(completing)), 'state_conflict', 'it is all paid already')
  await works()
  t.match(await alice.kahub.bulkOrders.get(completing), { state: 'completed', delivered: 1_200 })
  t.equal(await outcomeOf(cancel(completing)), 'state_conflict')

  await alice.kahub.approvalPolicy.put({ quantity_above: 100 })
  for (const fill of ['partial', 'all_or_nothing'] as const) {
    const waiting = await confirmed(alice, lines, fill)
    t.match(await alice.kahub.bulkOrders.get(waiting), { state: 'reserving' }, 'what needs a second key is set aside first')
    await works()
    t.match(await alice.kahub.bulkOrders.get(waiting), { state: 'awaiting_approval', percent: 50, amounts: { held: '1200.00' } })
    t.match(await cancel(waiting), { state: 'releasing' })
    await works()
    t.match(await alice.kahub.bulkOrders.get(waiting), { state: 'cancelled', delivered: 0, amounts: { held: '0.00' } })
    t.match((await alice.kahub.approvals.list()).data[0], { state: 'cancelled' })
  }
  await house.proves(t)
})

t.test('a retry buys what failed and nothing else, round after round', async t => {
  const alice = await house.reseller({ balance: '100000' })
  const plenty = await house.sku({ codes: 3_000, price: '1' })
  const scarce = await house.sku({ codes: 510, price: '1' })
  const lines = [...repeat(500, () => ({ sku: plenty, quantity: 1 })), ...repeat(700, i => ({ sku: scarce, quantity: 1, reference: `s${i}` })), { sku: scarce, quantity: 20, reference: 'some' }]
  const id = await confirmed(alice, lines)
  t.equal(await outcomeOf(alice.kahub.bulkOrders.retry(id)), 'state_conflict', 'not while it runs')
  await works()
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'partial', lines_delivered: 1_010, lines_failed: 191, delivered: 1_010 })
  await house.stocks(scarce, 195)
  t.equal(await outcomeOf(alice.kahub.bulkOrders.retry(id, { max_total: { amount: '9', currency: 'CNY' } })), 'price_above_max')
  t.match(await alice.kahub.bulkOrders.retry(id), { state: 'running', round: 2, lines_done: 1_010, lines_failed: 0 })
  await works()
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'partial', round: 2, lines_delivered: 1_200, lines_failed: 1, delivered: 1_205, paid: '1205.00' })
  await house.stocks(scarce, 100)
  await alice.kahub.bulkOrders.retry(id)
  await works()
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'completed', round: 3, lines_done: 1_201, lines_delivered: 1_201, delivered: 1_220, paid: '1220.00' })
  t.equal(await outcomeOf(alice.kahub.bulkOrders.retry(id)), 'state_conflict')
  const some = (await alice.kahub.bulkOrders.lines(id, { reference: 'some' })).data
  t.match(some, [{ round: 2, quantity: 20, delivered: 5, state: 'partial' }, { round: 3, quantity: 15, delivered: 15, state: 'delivered' }])
  const all = await alice.kahub.bulkOrders.streamLines(id).toArray({ limit: 5_000 })
  t.equal(all.reduce((sum, { delivered }) => sum + delivered, 0), 1_220)
  t.equal(new Set(all.map(({ line }) => line)).size, lines.length)

  const stopped = await validated(alice, repeat(600, () => ({ sku: plenty, quantity: 1 })), 'all_or_nothing')
  await alice.kahub.bulkOrders.cancel(stopped)
  await alice.kahub.bulkOrders.retry(stopped)
  await works()
  t.match(await alice.kahub.bulkOrders.get(stopped), { state: 'completed', round: 2, lines_delivered: 600 }, 'what was cancelled can be taken up again')
  const failed = await confirmed(alice, repeat(700, () => ({ sku: scarce, quantity: 1 })), 'all_or_nothing')
  await works()
  t.match(await alice.kahub.bulkOrders.get(failed), { state: 'failed' })
  await house.stocks(scarce, 1_000)
  await alice.kahub.bulkOrders.retry(failed)
  await works()
  t.match(await alice.kahub.bulkOrders.get(failed), { state: 'completed', lines_delivered: 700, failure: null })
  await house.proves(t)
})

t.test('a crash at any point of a step leaves it undone, and several runners do each step once', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 20_000, price: '1' })
  const lines = repeat(1_600, () => ({ sku, quantity: 1 }))
  const crash = new Error('the process is gone')
  const crashing = {
    ...world,
    placeInside: async (...[tx, requests]: Parameters<typeof world.placeInside>) => {
      await world.placeInside(tx, requests)
      throw crash
    }
  }
  const whole: BulkOrderState[] = []
  for (const fill of ['partial', 'all_or_nothing'] as const) {
    const id = await confirmed(alice, lines, fill)
    for (let step = 0; step < 5; step++) {
      const before = await alice.kahub.bulkOrders.get(id)
      if (['running', 'reserving'].includes(before.state) && step < 4) {
        await t.rejects(runStep(crashing), crash)
        t.same(await alice.kahub.bulkOrders.get(id), before, `${fill}: step ${step} was not made`)
      }
      await runStep(world)
    }
    await works()
    const { state, delivered } = await alice.kahub.bulkOrders.get(id)
    t.equal(delivered, 1_600)
    whole.push(state as BulkOrderState)
  }
  t.same(whole, ['completed', 'completed'])

  const ids = [await confirmed(alice, lines), await confirmed(alice, lines, 'all_or_nothing'), await confirmed(alice, lines)]
  await runBulkOrders(world, 3)
  const begun = await Promise.all(ids.map(id => alice.kahub.bulkOrders.get(id)))
  t.same(begun.map(({ percent }) => percent > 0), [true, true, true], 'the bulk orders have their turns')
  let steps = 3
  const runner = async (): Promise<void> => { while (await runStep(world) !== 'none') steps++ }
  await Promise.all([runner(), runner(), runner(), runner()])
  await works()
  for (const id of ids) t.match(await alice.kahub.bulkOrders.get(id), { state: 'completed', delivered: 1_600, paid: '1600.00' })
  t.ok(steps <= 7 + (7 + 1 + 7 + 1) + 7, 'and no step is made twice')
  await house.proves(t)
})

t.test('a key that may no longer buy ends the work, and what was bought stays', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const lines = repeat(1_200, () => ({ sku, quantity: 1 }))
  for (const [fill, expected] of [['partial', { state: 'partial', delivered: 250 }], ['all_or_nothing', { state: 'failed', delivered: 0 }]] as const) {
    const clerk = await alice.withKey({})
    const id = await confirmed(clerk, lines, fill)
    await makes(1)
    await alice.kahub.keys.revoke(clerk.credentials.keyId)
    await works()
    t.match(await alice.kahub.bulkOrders.get(id), { ...expected, failure: { code: 'key_revoked' }, lines_done: 1_200, amounts: { held: '0.00' } })
  }
  const id = await validated(alice, lines)
  await alice.places({ reference: `${id}/1`, sku, quantity: 1 })
  await alice.kahub.bulkOrders.confirm(id)
  await works()
  t.match(await alice.kahub.bulkOrders.get(id), { state: 'partial', delivered: 250, failure: { code: 'reference_reused' } }, 'a reference that the reseller took')
  await house.proves(t)
})

t.test('whoever watches sees it change, and ends with it', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 2_000, price: '1' })
  const id = await validated(alice, repeat(700, () => ({ sku, quantity: 1 })))
  const seen: string[] = []
  for await (const bulk of alice.kahub.bulkOrders.watch(id)) {
    seen.push(`${bulk.state} ${bulk.lines_done}`)
    if (bulk.state === 'validated') {
      await alice.kahub.bulkOrders.confirm(id)
      await makes(1)
      break
    }
  }
  for await (const bulk of alice.kahub.bulkOrders.watch(id)) {
    seen.push(`${bulk.state} ${bulk.lines_done}`)
    await runStep(world)
  }
  t.same(seen, ['validated 0', 'running 250', 'running 500', 'completed 700'])
  t.match(await alice.kahub.bulkOrders.watch(id).end(), { state: 'completed' })
  const ending = new AbortController()
  const watching = alice.kahub.bulkOrders.watch(await validated(alice, [{ sku, quantity: 1 }]), { signal: ending.signal })
  await t.rejects(async () => { for await (const { state } of watching) if (state === 'validated') ending.abort() }, { code: 'aborted' })
})

t.test('a list tells of one’s own, newest first', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 5 })
  const ids = [await validated(alice, [{ sku, quantity: 1 }]), await confirmed(alice, [{ sku, quantity: 2 }])]
  await works()
  const { data } = await alice.kahub.bulkOrders.list()
  t.same(data.map(({ id }) => id), ids.toReversed())
  t.notOk('report' in data[0]!)
  t.same((await alice.kahub.bulkOrders.list({ state: 'completed' })).data.map(({ id }) => id), [ids[1]])
  t.same((await alice.kahub.bulkOrders.list({ reference: data[1]!.reference })).data.map(({ id }) => id), [ids[0]])
  t.equal((await alice.kahub.bulkOrders.list({ limit: 1 }).toArray({ limit: 5 })).length, 2)
})

t.test('the books hold after all of it', async t => {
  await house.proves(t)
})
