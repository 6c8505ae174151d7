// A shop's whole buying day: the blocks of docs/buying-day.md as one program, which test/journeys/buying-day.test.ts compares and runs.
// Beside a started kahub: node bin/node.cjs examples/buying-day.ts
// KAHUB_CREDENTIALS and KAHUB_APPROVER name the files of the key that buys and of the one that approves. It buys 12,000 codes of the
// demo, and may be run again. In a project of your own the import is '@kahub/sdk'.
import { createHash, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectionError, Kahub, toClearJson } from '../sdk/src/index.ts'

const { KAHUB_CREDENTIALS = '.kahub/demo.json', KAHUB_APPROVER = '.kahub/demo-approver.json' } = process.env
const credentials = JSON.parse(readFileSync(KAHUB_CREDENTIALS, 'utf8'))
const kahub = new Kahub(credentials)
const approver = new Kahub(JSON.parse(readFileSync(KAHUB_APPROVER, 'utf8')))
const day = `day-${Date.now()}`
const folder = await mkdtemp(join(tmpdir(), 'buying-day-'))
console.log('files in', folder)

const skus = (await kahub.products.list().toArray({ limit: 100 })).flatMap(product => product.skus)
for (const { name, unit_price: price } of skus) console.log('price', name, price?.amount, price?.currency)

const card = skus.find(({ name }) => name === '¥100')
const coins = skus.find(({ name }) => name === '10 Q币')
const month = skus.find(({ name }) => name === '月卡 1 month')
if (!card || !coins || !month) throw new Error('This is not the catalogue of the demo.')

const lines = [{ sku: card.id, quantity: 20 }, { sku: month.id, quantity: 5 }]
const quote = await kahub.quotes.create({ reference: `${day}-quote`, lines, expires_in: 3600 })
console.log('quoted', quote.total, quote.currency, 'until', quote.expires_at)

const would = await kahub.orders.place({ reference: `${day}-1`, lines, quote: quote.id, dry_run: true })
console.log('would be', would.state, would.total, would.currency)

const hold = await kahub.holds.create({ reference: `${day}-hold`, lines, expires_in: 300 })
console.log('hold', hold.state, hold.quantity, 'codes until', hold.expires_at)

const sale = await kahub.orders.place({ reference: `${day}-1`, lines, quote: quote.id, hold: hold.id })
console.log('sale', sale.state, 'paid', sale.amounts.paid, sale.currency)
for (const { line, delivered, codes } of sale.lines) console.log('  line', line, delivered, 'codes, first', codes?.[0]?.secret.reveal())

const template = await kahub.bulkOrders.template()
console.log('template', template.split('\r\n')[0])

const rows = Array.from({ length: 900 }, (_, n) => `${n % 2 ? coins.id : month.id},1,customer-${n + 1}`)
const file = ['sku,quantity,reference', ...rows].join('\n')
const badFile = `${file}\n${coins.id},0,customer-901\n${coins.id},1,customer-900`
const bad = await kahub.bulkOrders.create(badFile, 'text/csv', { reference: `${day}-bulk-bad` })
for (const { line, code, detail } of bad.report.errors) console.log(bad.state, 'line', line, code, detail)

const checked = await kahub.bulkOrders.create(file, 'text/csv', { reference: `${day}-bulk` })
const { report } = checked
console.log(checked.state, report.lines, 'lines,', report.total, report.currency, 'missing in the wallet', report.wallet?.missing)

await kahub.bulkOrders.confirm(checked.id, { max_total: { amount: '11000', currency: 'CNY' } })
for await (const bulk of kahub.bulkOrders.watch(checked.id)) {
  console.log(bulk.state, bulk.percent, '%', bulk.lines_done, 'of', bulk.lines, 'lines')
}

const [failed] = await kahub.bulkOrders.lines(checked.id, { state: 'refused' }).toArray({ limit: 1 })
console.log('line', failed?.line, failed?.reference, failed?.state, failed?.reason)

await kahub.bulkOrders.retry(checked.id, { max_total: { amount: '12000', currency: 'CNY' } })
const bulk = await kahub.bulkOrders.watch(checked.id).end()
console.log('after the retry', bulk.state, bulk.lines_delivered, 'lines delivered, paid', bulk.amounts.paid)

const result = await kahub.requestRaw('GET', `/v1/bulk-orders/${bulk.id}/lines`, { headers: { accept: 'text/csv' } })
await writeFile(join(folder, 'result.csv'), await result.text())

const orders = new Set()
for await (const { order } of kahub.bulkOrders.streamLines(bulk.id)) if (order) orders.add(order)
console.log('result.csv, codes in', orders.size, 'orders')

const dying = new Kahub({
  ...credentials,
  retriesMax: 0,
  async fetch (url, init) {
    await fetch(url, init)
    throw new TypeError('the line went dead')
  }
})

const large = { reference: `${day}-2`, lines: [{ sku: card.id, quantity: 10_000 }] }
await dying.orders.place(large).catch(error => {
  if (!(error instanceof ConnectionError)) throw error
  console.log('lost', error.code, 'of reference', error.reference)
})

const order = await kahub.orders.place(large)
const { data: found } = await kahub.orders.list({ reference: large.reference })
console.log('again', order.state, order.delivered, 'codes;', found.length, 'order with this reference')

const gone = { reference: `${day}-3`, lines: [{ sku: card.id, quantity: 200 }] }
await dying.orders.place(gone).catch(error => console.log('lost', error.code))
const undone = await kahub.reversals.create({ reference: `${day}-3-undo`, order_reference: gone.reference })
console.log('reversal', undone.outcome, undone.refund?.amount.amount)

const never = { reference: `${day}-4`, lines: [{ sku: card.id, quantity: 1 }] }
const voided = await kahub.reversals.create({ reference: `${day}-4-undo`, order_reference: never.reference })
const late = await kahub.orders.place(never).catch(error => error.code)
console.log('reversal', voided.outcome, 'and later', late)

await approver.approvalPolicy.put({ quantity_above: 100, expires_in_seconds: 3600 })
const waiting = await kahub.orders.place({ reference: `${day}-5`, lines: [{ sku: card.id, quantity: 120 }], cost_center: 'campaign' })
console.log('waiting', waiting.state, 'held', waiting.amounts.held)

for await (const approval of approver.approvals.list({ state: 'pending' })) {
  if (approval.order !== waiting.id) continue
  const { state, reasons } = await approver.approvals.approve(approval.id)
  console.log(state, 'for', reasons.join(', '))
}
const approved = await kahub.orders.get(waiting.id)
console.log('approved', approved.state, 'paid', approved.amounts.paid)
await approver.approvalPolicy.put({})

const codesFile = await open(join(folder, 'codes.ndjson'), 'w')
let taken = 0
for await (const code of kahub.orders.streamCodes(order.id)) {
  await codesFile.write(toClearJson(code) + '\n')
  if (++taken === 4000) break
}
console.log('stopped after', taken)

for await (const code of kahub.orders.streamCodes(order.id, { taken })) {
  await codesFile.write(toClearJson(code) + '\n')
  taken++
}
await codesFile.close()

const sumOf = createHash('sha256').update(readFileSync(join(folder, 'codes.ndjson'))).digest('hex')
const digest = await kahub.orders.codesDigest(order.id)
console.log(taken, 'of', digest.count, 'codes,', sumOf === digest.ndjson_sha256 ? 'the sum is right' : 'THE SUM IS WRONG')

const answer = await kahub.requestRaw('GET', `/v1/orders/${order.id}/codes`, { headers: { accept: 'text/csv' } })
const csv = await answer.text()
await writeFile(join(folder, 'codes.csv'), csv)
const csvSum = createHash('sha256').update(csv).digest('hex')
console.log('codes.csv', csvSum === digest.csv_sha256 ? 'is whole' : 'IS CUT')

const { publicKey, privateKey } = generateKeyPairSync('x25519')
const jwk = { kty: 'OKP', ...publicKey.export({ format: 'jwk' }) }
const sealingKey = await kahub.encryptionKeys.create({ reference: `${day}-vault`, name: 'Vault', jwk })
const vault = new Kahub({ ...credentials, decryptionKeys: [privateKey.export({ format: 'jwk' })] })

const outside = await kahub.orders.codes(approved.id, { limit: 3 }).catch(error => error.code)
const inside = await vault.orders.codes(approved.id, { limit: 3 })
console.log('outside', outside, '; in the vault', inside.data.length, 'codes')
await kahub.encryptionKeys.retire(sealingKey.id)

for await (const { created_at: at, key, first, count, ip } of kahub.reveals.list({ order: approved.id })) {
  console.log('revealed', at, key, 'codes', first, 'to', first + count - 1, 'from', ip)
}

const nightly = await kahub.standingOrders.create({
  reference: `${day}-night`,
  name: 'Cards for tomorrow',
  sku: card.id,
  rule: { kind: 'schedule', every: 'day', at: '03:00', time_zone: 'Asia/Shanghai', quantity: 50 },
  limits: { max_total_per_run: { amount: '5000', currency: 'CNY' } }
})
const { next_runs: times, next } = await kahub.standingOrders.preview(nightly.id)
console.log('standing order', nightly.state, 'next', times[0], 'would be', next?.would, next?.quantity, next?.total)
await kahub.standingOrders.end(nightly.id)

const [money] = (await kahub.wallets.list()).data
const [transfer] = await kahub.wallets.transfers('CNY').toArray({ limit: 1 })
console.log('balance', money?.balance.amount, money?.balance.currency, 'last transfer', transfer?.kind, transfer?.amount.amount)
