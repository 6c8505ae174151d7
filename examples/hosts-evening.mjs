// A host's evening in ten steps: the blocks of docs/hosts-evening.md as one program, which test/journeys/guides.test.ts compares and runs.
// Beside a started kahub: node bin/node.cjs examples/hosts-evening.mjs
// KAHUB_CREDENTIALS names the file of a test key. It may be run again. In a project of your own the import is '@kahub/sdk'.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Kahub } from '../sdk/src/index.ts'

const { KAHUB_CREDENTIALS = '.kahub/demo-test.json' } = process.env
const kahub = new Kahub(JSON.parse(readFileSync(KAHUB_CREDENTIALS, 'utf8')))
const evening = `evening-${Date.now()}`
const { world, key } = await kahub.me.get()
console.log('world', world, key.scopes.filter(scope => scope.startsWith('links:')).join(' '))

const host = await kahub.hosts.create({ reference: `${evening}-host`, name: '小明 Ming', commission_rate: '0.02' })
console.log('host', host.name, host.commission_rate)

const session = await kahub.sessions.create({ reference: `${evening}-session`, title: '今晚开播 Tonight', host: host.id })
console.log('session', session.state)
console.log('live page', session.live_url)
console.log('overlay', session.overlay_url)

const skus = (await kahub.products.list({ tag: 'hot' }).toArray({ limit: 100 })).flatMap(product => product.skus)
const card = skus.find(({ name }) => name === '¥100')
if (!card) throw new Error('This is not the catalogue of the demo.')

const priced = amount => [{ sku: card.id, retail_price: { amount, currency: 'CNY' } }]
const wish = { reference: `${evening}-link`, title: 'Steam ¥100', session: session.id, quota: 20, quota_per_buyer: 2 }
const cheap = await kahub.links.create({ ...wish, skus: priced('97.00') }).catch(error => error.code)
const link = await kahub.links.create({ ...wish, skus: priced('99.90') })
const [{ wholesale_price: wholesale, commission, margin }] = link.skus
console.log('at 97.00', cheap, '; at 99.90', link.state, 'wholesale', wholesale.amount, 'commission', commission.amount, 'margin', margin.amount)

const folder = await mkdtemp(join(tmpdir(), 'hosts-evening-'))
await writeFile(join(folder, 'link.svg'), await (await fetch(link.embed.qr_svg)).text())
console.log('address', link.url, 'or', link.short_url)
console.log('poster', link.embed.poster)
console.log('QR code', join(folder, 'link.svg'))
console.log('button', `<script src="${link.embed.script}" data-link="${link.slug}" async></script>`)

const overlay = await fetch(session.overlay_url)
console.log('overlay', overlay.status, overlay.headers.get('content-type'))

async function buys (link, contact) {
  const [{ sku, retail_price: price }] = link.skus
  const choice = { lang: 'en', attempt: randomUUID(), sku, quantity: '1', seen_price: price.amount, contact, gateway: 'sandbox' }
  const started = await fetch(`${link.url}/checkouts`, { method: 'POST', body: new URLSearchParams(choice), redirect: 'manual' })
  const payPage = started.headers.get('location')
  if (payPage === null) return /role="alert"[^>]*><strong>([^<]*)/.exec(await started.text())?.[1] ?? `refused (${started.status})`
  const cookie = started.headers.getSetCookie().map(one => one.split(';')[0]).join('; ')
  const paid = await fetch(payPage, { method: 'POST', body: new URLSearchParams({ action: 'pay' }), redirect: 'manual' })
  for (let tries = 0; tries < 50; tries++) {
    const receipt = await (await fetch(paid.headers.get('location'), { headers: { cookie } })).text()
    const code = /<code [^>]*>([^<]*)/.exec(receipt)?.[1]
    if (code !== undefined) return code
    await pause(200)
  }
  return 'not paid yet'
}

console.log('Li has', await buys(link, 'li@example.com'))
console.log('Wang has', await buys(link, '+8613800138000'))

for await (const { id, state, contact_hint: hint, total } of kahub.checkouts.list({ session: session.id })) {
  console.log('sold', id, state, hint, total.amount)
}

await kahub.links.pause(link.id)
console.log('while paused:', await buys(link, 'zhao@example.com'))
await kahub.links.resume(link.id)
console.log('resumed:', await buys(link, 'zhao@example.com'))

const flash = await kahub.links.create({
  reference: `${evening}-flash`,
  title: '秒杀 Flash sale: Steam ¥100',
  session: session.id,
  skus: priced('99.00'),
  quota: 2,
  quota_per_buyer: 1,
  ends_at: new Date(Date.now() + 600_000).toISOString()
})
const rush = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(name => buys(flash, `${name}@example.com`)))
const codes = rush.filter(answer => answer.startsWith('STEAM-'))
console.log('flash sale', codes.length, 'codes;', rush.length - codes.length, 'were told:', rush.find(answer => !codes.includes(answer)))
console.log('flash sale is', (await kahub.links.get(flash.id)).state)

await kahub.links.end(link.id)
await kahub.links.end(flash.id)
await kahub.sessions.end(session.id)
const report = await kahub.sessions.report(session.id)
const [sum] = report.sums
console.log('report', report.paid, 'purchases, revenue', sum.revenue.amount, 'commission', sum.commission.amount, 'margin', sum.margin.amount)

const { settlements } = await kahub.sandbox.settle()
const settlement = settlements.find(one => one.session === session.id)
console.log('settled', settlement.sales, 'sales', settlement.gross, '=', settlement.wholesale, '+', settlement.commission, '+', settlement.margin)

const headers = { accept: 'text/csv' }
const statement = await (await kahub.requestRaw('GET', `/v1/settlements/${settlement.id}/lines`, { headers })).text()
await writeFile(join(folder, 'statement.csv'), statement)
console.log('statement.csv', statement.trim().split('\r\n').length - 1, 'lines')

const [{ currency, due }] = (await kahub.hosts.balance(host.id)).balances
const tooMuch = await kahub.payouts.create(host.id, { reference: `${evening}-too-much`, amount: { amount: '500', currency } }).catch(error => error.code)
const payout = await kahub.payouts.create(host.id, { reference: `${evening}-payout`, amount: { amount: due, currency }, note: 'bank transfer' })
const [after] = (await kahub.hosts.balance(host.id)).balances
console.log('500.00 is', tooMuch, '; paid out', payout.amount, 'still due', after.due)
