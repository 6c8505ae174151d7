// Buyers' pages under attack, over real HTTP: tokens that leak, contacts and slugs that are guessed, limits that are walked around.
import t from 'tap'
import { request as httpRequest } from 'node:http'
import { contactTriesMax, contactTriesOfAllMax, contactTriesOfNetworkMax } from '../../src/api/buying/back-routes.ts'
import { guessesPerMinute, ratesPerDevice } from '../../src/api/buying/buyer-rates.ts'
import { hostOf } from '../../src/api/pages/network.ts'
import { forgedPerMinute } from '../../src/api/payments/register-payment-news.ts'
import { rateLimiter } from '../../src/api/rate-limit.ts'
import { readId } from '../../src/base/ids.ts'
import { until } from '../support/until.ts'
import { openShop, type Buyer, type ShopLink } from './shop.ts'

const shop = await openShop(t)
const { seller } = shop
const dayMs = 24 * 3_600_000

/** Begins to buy; gives where the gateway leads back to, and the receipt. */
async function begins (buyer: Buyer, link: ShopLink, contact: string): Promise<{ readonly back: string, readonly receipt: string }> {
  const started = await buyer.buys(link, { contact })
  const back = /Path=(\/back\/chk_\w+)/.exec(String(started.headers['set-cookie']))?.[1]
  if (back === undefined) throw new Error(`the start was answered ${started.status} ${started.problem}`)
  return { back, receipt: `/r/${buyer.cookies.get('kahub_receipt')}` }
}

t.test('a token is in no log, whatever is asked below it', async t => {
  const buyer = shop.buyer()
  const { receipt } = await begins(buyer, await shop.link(), 'logged@example.com')
  const session = await seller.send('POST', '/v1/sessions', { body: { reference: 'logged', title: 'Logged' } })
  const { live_url: live, overlay_url: overlay } = session.json as { live_url: string, overlay_url: string }
  const secrets = [receipt, new URL(live).pathname, new URL(overlay).pathname]
  const asked: [method: string, path: string][] = secrets.flatMap(path => [
    ['GET', path], ['HEAD', path], ['OPTIONS', path], ['PUT', path], ['POST', path], ['GET', `${path}/`], ['GET', `/${path}`], ['GET', `${path}/more/of/it`], ['GET', `${path}/pay`]
  ])
  const before = shop.logged.length
  for (const [method, path] of asked) t.ok(await statusOf(method, path) > 0)
  await until(async () => shop.logged.slice(before).filter(line => line.includes('a request was answered')).length >= asked.length)
  const lines = shop.logged.slice(before).join('')
  for (const path of secrets) t.notOk(lines.includes(path.slice(path.lastIndexOf('/') + 1)), path.slice(0, 6))
  t.match(lines, '"method":"HEAD"')
})

t.test('the address of a refused form on a receipt, loaded anew, is the receipt', async t => {
  const buyer = shop.buyer()
  const { receipt } = await begins(buyer, await shop.link(), 'again@example.com')
  for (const path of ['pay', 'cancel', 'complaints']) {
    const again = await buyer.get(`${receipt}/${path}`)
    t.match([again.status, again.location, again.headers['cache-control']], [303, receipt, 'no-store'])
  }
})

t.test('the contact of a purchase is not found by trying, from however many addresses', async t => {
  const { back } = await begins(shop.buyer(), await shop.link(), '13800138000')
  let asked = 0
  const statuses: number[] = []
  for (let host = 1; host <= contactTriesOfAllMax; host++) {
    const guesser = shop.buyer({ address: `100.64.${host}.1` })
    for (let n = 0; n < contactTriesMax; n++) statuses.push((await guesser.post(back, { contact: `1380000${String(asked++).padStart(4, '0')}` })).status)
  }
  t.equal(statuses.filter(status => status === 403).length, contactTriesOfAllMax)
  t.equal(statuses.filter(status => status === 429).length, statuses.length - contactTriesOfAllMax)
  shop.later(dayMs / 2)
  t.equal((await shop.buyer({ address: '100.64.99.1' }).post(back, { contact: '13800138000' })).status, 429, 'nor from another half a day later')
  shop.later(dayMs / 2)
  t.equal((await shop.buyer({ address: '100.64.99.1' }).post(back, { contact: '13800138000' })).status, 303, 'the buyer may on the next day')
})

t.test('contacts are not tried over many purchases either', async t => {
  const { back } = await begins(shop.buyer(), await shop.link(), 'many@example.com')
  const others = (n: number) => `${back.slice(0, -3)}${String(n).padStart(3, '0')}`
  const statuses: number[] = []
  for (let n = 0; n < contactTriesOfNetworkMax + 5; n++) {
    statuses.push((await shop.buyer({ address: `100.65.0.${n % 200 + 1}` }).post(others(n), { contact: 'many@example.com' })).status)
  }
  t.same(statuses.slice(contactTriesOfNetworkMax), Array(5).fill(429))
  t.ok(statuses.slice(0, contactTriesOfNetworkMax).every(status => status === 403))
})

t.test('the host’s page does not name purchases so that their buyers could be played', async t => {
  const { id } = (await seller.send('POST', '/v1/sessions', { body: { reference: 'named', title: 'Named' } })).json as { id: string }
  const link = await shop.link({ session: id })
  const buyer = shop.buyer()
  const { back } = await begins(buyer, link, 'named@example.com')
  const checkout = back.slice('/back/'.length)
  const pays = await buyer.get(`/r/${buyer.cookies.get('kahub_receipt')}`)
  await buyer.post(/data-pay[^>]* href="([^"]+)"/.exec(pays.text)![1]!, { action: 'pay' })
  const { live_url: live } = (await seller.send('GET', `/v1/sessions/${id}`)).json as { live_url: string }
  let html = ''
  await until(async () => {
    html = (await buyer.get(new URL(live).pathname)).text
    return html.includes('n***@example.com')
  })
  t.notOk(html.includes(checkout) || html.includes(readId('checkout', checkout)!), 'its id is not in the page')
})

t.test('a host of IPv6 has its limits, however many of its addresses it takes', async t => {
  t.same(['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '::ffff:203.0.113.9', '203.0.113.9', 'fe80::1%eth0', 'nonsense'].map(hostOf),
    ['2001:db8:1:2::/64', '2001:db8:1:2::/64', '203.0.113.9', '203.0.113.9', 'fe80:0:0:0::/64', 'nonsense'])
  const hidden = await shop.link()
  const from = (n: number) => shop.buyer({ address: `2001:db8:77:1::${(n + 1).toString(16)}` })
  for (let n = 0; n < guessesPerMinute; n++) t.equal((await from(n).get(`/l/guess-v6-${n}`)).status, 404)
  t.equal((await from(500).get(hidden.path)).status, 429)
  t.equal((await shop.buyer({ address: '2001:db8:77:2::1' }).get(hidden.path)).status, 200, 'its neighbour is another')
  for (let n = 0; n < guessesPerMinute; n++) t.equal((await from(n).get(`/s/guess-v6-${n}`)).status, 404)
  t.equal((await from(500).get(`/s/${(await shop.link()).slug}`)).status, 429, 'nor by the short address')
})

t.test('slugs are not guessed by following what is left, and none breaks it', async t => {
  const hidden = await shop.link()
  const guesser = shop.buyer({ address: '100.66.0.1' })
  for (const odd of ['/l/%00/left', '/l/__proto__/left', `/l/${'é'.repeat(20)}/left`]) t.equal((await guesser.get(encodeURI(decodeURI(odd)).replace('%2500', '%00'))).status, 404, odd)
  for (let n = 0; n < guessesPerMinute - 3; n++) t.equal((await guesser.get(`/l/guess-left-${n}/left`)).status, 404)
  t.equal((await guesser.get(`${hidden.path}/left`)).status, 429, 'not even the right one')
})

t.test('a receipt is looked at so often in a minute, whatever the browser says it is', async t => {
  const buyer = shop.buyer()
  const { receipt } = await begins(buyer, await shop.link(), 'looks@example.com')
  const statuses: number[] = []
  await shop.standing(async () => {
    for (let n = 0; n <= ratesPerDevice.receipt; n++) statuses.push((await shop.buyer({ address: `100.67.0.${n % 200 + 1}` }).get(`${receipt}/state`)).status)
  })
  t.equal(statuses.at(-1), 429)
  t.equal(statuses.filter(status => status === 200).length, ratesPerDevice.receipt)
})

t.test('what a request says of its host is in no page and in no address', async t => {
  const link = await shop.link()
  const lies = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example', 'x-original-url': '/evil' }
  const liar = shop.buyer()
  for (const path of [link.path, `${link.path}/poster`, `/embed/${link.slug}`, `/s/${link.slug}`, `/oembed?url=${encodeURIComponent(shop.url + link.path)}`]) {
    const page = await liar.get(path, lies)
    t.ok(page.status < 400, `${page.status} ${path}`)
    t.notMatch(page.text + JSON.stringify(page.headers), /evil/)
  }
  t.equal((await liar.get(`/oembed?url=${encodeURIComponent(`http://evil.example${link.path}`)}`, lies)).status, 404)
  const started = await liar.buys(link, {}, lies)
  t.notMatch(started.location, /evil/)
  t.match(String(started.headers['set-cookie']), /HttpOnly; SameSite=Lax; Secure/, 'and by https cookies are for https')
})

t.test('names of sessions, hosts and goods are text on the pages of a stream', async t => {
  const hostile = '</title><img src=x onerror=alert(1)>"\''
  const host = (await seller.send('POST', '/v1/hosts', { body: { reference: 'hostile', name: hostile, commission_rate: '0.05' } })).json as { id: string }
  const session = (await seller.send('POST', '/v1/sessions', { body: { reference: 'hostile', title: hostile, host: host.id } })).json as { id: string, live_url: string, overlay_url: string }
  const link = await shop.link({ session: session.id, title: hostile, name: hostile })
  const pages = [session.live_url, session.overlay_url].map(address => new URL(address).pathname)
  for (const path of [...pages, `/embed/${link.slug}`, `${link.path}/poster`, `/oembed?format=xml&url=${encodeURIComponent(shop.url + link.path)}`]) {
    const page = await shop.buyer().get(path)
    t.equal(page.status, 200, path.slice(0, 8))
    t.notMatch(page.text, /<img src=x/)
    if (/html/.test(String(page.headers['content-type']))) t.match(page.headers['content-security-policy'], /default-src 'none'/)
  }
})

t.test('a token is written in one way alone', async t => {
  const buyer = shop.buyer()
  const { receipt } = await begins(buyer, await shop.link(), 'written@example.com')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(receipt.at(-1)!)
  // The last character has two bits that belong to no byte.
  for (const bits of [1, 2, 3]) t.equal((await buyer.get(receipt.slice(0, -1) + alphabet[last ^ bits])).status, 404)
  t.equal((await buyer.get(receipt)).status, 200)
})

t.test('messages for gateways that are not there are forged ones', async t => {
  const sender = shop.buyer({ address: '100.68.0.1' })
  const statuses: number[] = []
  await shop.standing(async () => {
    for (let n = 0; n <= forgedPerMinute; n++) statuses.push((await sender.post(`/pay/live/nothing-${n}/news`, {})).status)
  })
  t.match([statuses[0], statuses.at(-1)], [404, 429])
  t.equal((await shop.buyer({ address: '100.68.0.2' }).post('/pay/live/sandbox/news', {})).status, 400, 'others are listened to')
})

t.test('no link stands where pages have their files', async t => {
  const wish = { reference: 'assets', title: 'Assets', slug: 'assets', skus: [{ sku: (await shop.link()).sku, retail_price: { amount: '98.00', currency: 'CNY' } }] }
  const answer = await seller.send('POST', '/v1/links', { body: wish })
  t.match([answer.status, answer.json], [422, { code: 'invalid_request', errors: [{ pointer: '/slug' }] }])
})

t.test('a limiter that is flooded with strangers makes room for many at a time', async t => {
  const limiter = rateLimiter()
  const policy = { name: 'once', perMinute: 1 }
  for (let n = 0; n <= 100_000; n++) limiter.take(`stranger ${n}`, policy, 0)
  t.ok(limiter.take('stranger 5000', policy, 0, 0).remaining === 1, 'the oldest start full again, not one by one')
  t.equal(limiter.take('stranger 99999', policy, 0, 0).remaining, 0, 'the newest do not')
})

function statusOf (method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(shop.url)
    const request = httpRequest({ hostname, port, method, path }, response => {
      response.resume()
      resolve(response.statusCode!)
    })
    request.once('error', reject)
    request.end()
  })
}
