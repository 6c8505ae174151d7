// Buyers over real HTTP, without a script: what pages show and hide, what is refused and how it is said, who may see which codes.
import t from 'tap'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { problems, type ProblemCode } from '../../schema/problems.ts'
import { contactTriesMax } from '../../src/api/buying/back-routes.ts'
import { guessesPerMinute, ratesPerDevice } from '../../src/api/buying/buyer-rates.ts'
import { languageOf } from '../../src/api/pages/language.ts'
import { leftSteps, stepOf } from '../../src/api/buying/left.ts'
import { networkOf } from '../../src/api/pages/network.ts'
import { pageAgeMs } from '../../src/api/buying/page-memory.ts'
import { readContact } from '../../src/api/buying/read-contact.ts'
import { formBytesMax } from '../../src/api/buying/read-form.ts'
import { attackMs, linkStartsPerMinute, networkRefusalsPerMinute, watchAttacks } from '../../src/api/buying/watch-attacks.ts'
import { readId } from '../../src/base/ids.ts'
import { until } from '../support/until.ts'
import { fieldsOf, openShop, type Page, type ShopLink } from './shop.ts'

const transferMax = 30_000
const shop = await openShop(t)
const { house, seller } = shop
const hour = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString()

t.test('what is left is told in steps, and never more exactly', async t => {
  t.same([-1, 0, 1, 4, 5, 9, 10, 49, 50, 1e6].map(stepOf), ['none', 'none', 'last_few', 'last_few', 'below_10', 'below_10', 'below_50', 'below_50', 'plenty', 'plenty'])
  const buyer = shop.buyer()
  const link = await shop.link({ stock: 0 })
  const texts: string[] = []
  for (const stock of [51, 4_321]) {
    await house.stocks(link.sku, stock)
    shop.later(pageAgeMs + 1)
    texts.push((await buyer.get(link.path)).text)
  }
  t.equal(texts[0], texts[1], 'a page with 51 is the page with thousands')
  t.match(texts[0], /data-step-is="plenty"/)
  t.equal(leftSteps.length, 5)
})

t.test('a page speaks the language of its address, then of its browser, and leads to the other', async t => {
  const link = await shop.link()
  const zh = await shop.buyer({ language: 'zh-CN,zh;q=0.9,en;q=0.8' }).get(link.path)
  const en = await shop.buyer({ language: 'en-GB,en;q=0.9' }).get(link.path)
  t.match(zh.text, /<html lang="zh-CN">[\s\S]*立即购买/)
  t.match(en.text, /<html lang="en">[\s\S]*Buy now/)
  t.match(zh.headers.vary, /accept-language/)
  const other = /class="language" href="([^"]+)"/.exec(zh.text)![1]!.replaceAll('&amp;', '&')
  t.match((await shop.buyer({ language: 'zh-CN' }).get(other)).text, /<html lang="en">/)
  t.same([undefined, '', 'fr', 'en;q=0.5, zh', 'zh-TW', 'de, en;q=0.1', 'zh;q=0'].map(accepted => languageOf(undefined, accepted)), ['zh-CN', 'zh-CN', 'en', 'zh-CN', 'zh-CN', 'en', 'en'])
  t.equal(languageOf(['en', 'zh-CN'], 'zh'), 'zh-CN', 'a wish that is twice there is none')
})

t.test('every state of a link has its page, and what does not exist has another', async t => {
  const buyer = shop.buyer()
  const scheduled = await shop.link({ starts_at: inHours(3) })
  const paused = await shop.link()
  await seller.kahub.links.pause(paused.id)
  const ended = await shop.link()
  await seller.kahub.links.end(ended.id)
  const soldOut = await shop.link({ stock: 1 })
  const active = await shop.link({ ends_at: inHours(2) })
  t.equal((await buyer.buys(soldOut)).status, 303)
  shop.later(pageAgeMs + 1)
  for (const [link, state] of [[scheduled, 'scheduled'], [paused, 'paused'], [ended, 'ended'], [soldOut, 'sold_out'], [active, 'active']] as const) {
    const page = await buyer.get(link.path)
    t.equal(page.status, 200, state)
    t.equal(page.state, state)
    t.equal(/<form id="buy"/.test(page.text), state === 'active', `${state}: a form only where something can be bought`)
    t.equal(/data-countdown="\d+"/.test(page.text), state === 'scheduled' || state === 'active', `${state}: a countdown where there is something to wait for`)
  }
  t.match((await buyer.get(soldOut.path)).text, /data-others-paying/, 'who finds it sold out while others pay is told so')
  const unknown = await buyer.get('/l/nothing-here')
  t.match([unknown.status, unknown.problem, unknown.headers['content-type']], [404, 'not_found', /text\/html/])
  for (const odd of ['/l/__proto__', '/l/..%2f..%2fetc', `/l/${'a'.repeat(150)}`, '/l/%00', '/l/ABC']) t.equal((await buyer.get(odd)).status, 404, odd)
})

t.test('a page is sealed by its headers, and only the embedded one may be framed', async t => {
  const link = await shop.link()
  const buyer = shop.buyer()
  const page = await buyer.get(link.path)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'none'/)
  t.match(policy, /frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe/)
  t.match(page.headers, { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' })
  t.match((await buyer.get(`${link.path}?embed=1`)).headers['content-security-policy'], /frame-ancestors \*/)
  t.notMatch(page.text, /<script(?![^>]* src="\/l\/assets\/)|<style|\son\w+=|style="/, 'nothing inline')
  t.equal(page.headers['set-cookie'], undefined, 'looking leaves no cookie')
})

t.test('a page that has not changed is not sent again, and one that was paused is new at once', async t => {
  const link = await shop.link()
  const buyer = shop.buyer()
  const first = await buyer.get(link.path)
  const etag = String(first.headers.etag)
  const again = await buyer.get(link.path, { 'if-none-match': etag })
  t.match([again.status, again.text, again.headers.etag], [304, '', etag])
  const head = await fetch(shop.url + link.path, { method: 'HEAD', headers: { 'accept-language': 'en' } })
  t.match([head.status, head.headers.get('etag'), await head.text()], [200, etag, ''], 'its head alone')
  shop.later(pageAgeMs + 1)
  t.equal((await buyer.get(link.path, { 'if-none-match': etag })).status, 304, 'read anew and found the same')
  await seller.kahub.links.pause(link.id)
  shop.later(pageAgeMs + 1)
  const paused = await buyer.get(link.path, { 'if-none-match': etag })
  t.match([paused.status, paused.state], [200, 'paused'])
  t.not(paused.headers.etag, etag)
})

t.test('many who open a page at once read the link once', async t => {
  const link = await shop.link()
  const buyer = shop.buyer()
  let reads = 0
  house.worlds.live.db.options.debug = (_connection: number, query: string) => { if (query.includes('where links.slug =')) reads++ }
  t.teardown(() => { house.worlds.live.db.options.debug = false })
  const pages = await shop.standing(() => Promise.all(Array.from({ length: 200 }, () => buyer.get(link.path))))
  t.ok(pages.every(({ status }) => status === 200))
  t.equal(reads, 1)
})

t.test('a page with all it loads is within 30 kB, even where nothing is packed', async t => {
  const link = await shop.link({ description: '好'.repeat(300), quota_per_buyer: 3, ends_at: inHours(2) })
  const buyer = shop.buyer({ language: 'zh-CN' })
  const page = await buyer.get(link.path)
  const loaded = [...page.text.matchAll(/(?:href|src)="(\/l\/assets\/[^"]+)"/g)].map(([, address]) => address!)
  t.equal(loaded.length, 2)
  let bytes = Buffer.byteLength(page.text)
  let packed = gzipSync(page.text).byteLength
  for (const address of loaded) {
    const asset = await buyer.get(address)
    t.match(asset.headers['cache-control'], /immutable/)
    bytes += Buffer.byteLength(asset.text)
    packed += Number((await buyer.get(address, { 'accept-encoding': 'br' })).headers['content-length'])
  }
  t.comment(`${bytes} bytes, ${packed} packed`)
  t.ok(bytes <= transferMax, `${bytes} bytes`)
  t.ok(packed <= transferMax / 2, `${packed} bytes packed`)
  t.equal((await buyer.get('/l/assets/link.js')).status, 404, 'an asset is there by its hashed name alone')
})

t.test('titles, texts and notes of sellers are text and nothing else', async t => {
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'&amp;</title>'
  const link = await shop.link({ title: hostile, description: hostile + '\n\n</textarea>', redeem_note: hostile, name: hostile, codes: ['<b>"code"</b>', '<i>&amp;</i>'] })
  const buyer = shop.buyer()
  const receipt = await buyer.pays(link)
  const refused = await buyer.buys(link, { contact: hostile, gateway: hostile, quantity: hostile, sku: hostile, lang: hostile })
  for (const page of [await buyer.get(link.path), await buyer.get(receipt), refused]) {
    t.notMatch(page.text, /<script>|<img src=x|<b>|<\/title>'|<\/title>&/, `${page.status}`)
    t.equal(page.text.match(/<\/title>/g)?.length, 1)
  }
  t.match((await buyer.get(receipt)).text, '&lt;b&gt;&quot;code&quot;&lt;/b&gt;')
})

t.test('what cannot be bought is refused in place, in both languages, with what was typed', async t => {
  const link = await shop.link({ quota_per_buyer: 2, min: 1 })
  const other = await shop.link()
  const cases: [string, Record<string, string>, ProblemCode][] = [
    ['a bad contact', { contact: '12345' }, 'contact_invalid'],
    ['no contact', { contact: '' }, 'contact_invalid'],
    ['a landline', { contact: '010-62345678' }, 'contact_invalid'],
    ['a lower price', { seen_price: '0.01' }, 'price_changed'],
    ['no price', { seen_price: '' }, 'price_changed'],
    ['a price that is none', { seen_price: '9e1' }, 'price_changed'],
    ['a SKU of another link', { sku: other.sku }, 'sku_not_for_sale'],
    ['a SKU that is none', { sku: 'sku_1' }, 'sku_not_for_sale'],
    ['a quantity of nothing', { quantity: '0' }, 'quantity_out_of_bounds'],
    ['a quantity that is none', { quantity: '1.5' }, 'quantity_out_of_bounds'],
    ['more than a checkout takes', { quantity: '999999' }, 'quantity_out_of_bounds'],
    ['more than a buyer may have', { quantity: '3' }, 'buyer_limit_reached'],
    ['a gateway that is not there', { gateway: 'paypal' }, 'gateway_not_found']
  ]
  for (const language of ['en', 'zh-CN'] as const) {
    for (const [what, fields, code] of cases) {
      const page = await shop.buyer({ language, address: '198.51.100.9' }).buys(link, fields)
      t.match([page.status, page.problem], [problems[code].status, code], `${language}: ${what}`)
      t.ok(page.text.includes(`<strong>${language === 'en' ? problems[code].title : problems[code].titleZh}</strong>`), `${language}: ${what} is said`)
      t.match(page.headers['cache-control'], 'no-store')
      const kept = fieldsOf(page.text)
      if (fields.contact !== undefined) t.match(page.text, /name="contact"[^>]*aria-invalid="true"/, 'its field is marked')
      t.equal(kept.contact, fields.contact ?? '13800138000', 'what was typed is kept')
      t.equal(kept.seen_price, '98.00', 'and the price is the present one')
    }
    // Refusals of a script's number would call for a proof of work.
    shop.later(attackMs + 60_000)
  }
  const [before] = await house.db<{ held: number, sold: number }[]>`select held, sold from links where slug = ${link.slug}`
  t.same(before, { held: 0, sold: 0 }, 'nothing was set aside by any of it')
})

t.test('a link that is not open says so to whoever had its page', async t => {
  const buyer = shop.buyer()
  const states = [
    ['link_not_started', await shop.link({ starts_at: inHours(3) })], ['link_paused', await shop.link()], ['link_ended', await shop.link()],
    ['link_sold_out', await shop.link({ stock: 1 })]
  ] as const
  await seller.kahub.links.pause(states[1][1].id)
  await seller.kahub.links.end(states[2][1].id)
  await shop.buyer().buys(states[3][1], { contact: 'first@example.com' })
  for (const [code, link] of states) {
    const page = await buyer.buys(link, { contact: `${code.replaceAll('_', '.')}@example.com` })
    t.match([page.status, page.problem], [409, code])
    t.notMatch(page.text, /<form id="buy"/, 'and the page is the one of now')
  }
})

t.test('a price that has changed is shown beside the one that was seen', async t => {
  const link = await shop.link({ price: '98.00' })
  await seller.kahub.links.update(link.id, { version: 1, skus: [{ sku: link.sku, retail_price: { amount: '99.50', currency: 'CNY' } }] })
  const page = await shop.buyer().buys(link, { seen_price: '98.00' })
  t.match([page.status, page.problem], [409, 'price_changed'])
  t.match(page.text, /You saw ¥98\.00; it is ¥99\.50 now/)
  t.equal(fieldsOf(page.text).seen_price, '99.50')
})

t.test('a form that is no form of ours is refused with a page', async t => {
  const link = await shop.link()
  const buyer = shop.buyer()
  const path = `${link.path}/checkouts`
  const refusals: [Promise<Page>, number][] = [
    [buyer.post(path, `a=${'x'.repeat(formBytesMax)}`), 413],
    [buyer.post(path, '{}', { 'content-type': 'application/json' }), 415],
    [buyer.post(path, 'sku=a&sku=b'), 422],
    [buyer.buys(link, {}, { 'sec-fetch-site': 'cross-site' }), 422],
    [buyer.buys(link, {}, { origin: 'https://evil.example' }), 422],
    [buyer.buys(link, {}, { origin: 'null', 'sec-fetch-site': 'same-site' }), 422],
    [buyer.post('/l/nothing-here/checkouts', {}), 404]
  ]
  for (const [page, status] of refusals) {
    t.equal((await page).status, status)
    t.match((await page).headers['content-type'], /text\/html/)
  }
  t.equal((await buyer.buys(link, {}, { origin: 'null', 'sec-fetch-site': 'same-origin' })).status, 303, 'our own page sends no origin')
  const back = await buyer.get(path)
  t.match([back.status, back.location], [303, link.path], 'and its address, loaded anew, leads to the page')
})

t.test('contacts are numbers and addresses as people write them', async t => {
  const same = [['13800138000', '+8613800138000'], [' 138-0013-8000 ', '+8613800138000'], ['+86 138 0013 8000', '+8613800138000'], ['１３８００１３８０００', '+8613800138000'],
    ['+852 9123 4567', '+85291234567'], ['+1 415 555 2671', '+14155552671'], ['Ming.Li@Example.COM', 'ming.li@example.com']] as const
  for (const [text, value] of same) t.equal(readContact(text)?.value, value, text)
  const none = ['', '123', '138001380001', '12800138000', 'a@b', '@example.com', 'ming@', 'ming li@example.com', '13800138000; drop', `${'a'.repeat(300)}@example.com`, '<13800138000>', 'tel:13800138000']
  for (const text of none) t.equal(readContact(text), undefined, text)
})

t.test('a network is what one person has in hand', async t => {
  t.same(['203.0.113.9', '::ffff:203.0.113.9', '2001:db8:1:2::1', '2001:0db8:0001:ffff::', 'fe80::1%eth0', '::1', 'nonsense'].map(networkOf),
    ['203.0.113.0/24', '203.0.113.0/24', '2001:db8:1::/48', '2001:db8:1::/48', 'fe80:0:0::/48', '0:0:0::/48', 'unknown'])
})

t.test('a purchase goes from the page to the code, and its receipt is for its buyer alone', async t => {
  const link = await shop.link({ redeem_note: 'Enter it at steam.example', stock: 3 })
  const buyer = shop.buyer({ phone: true })
  const started = await buyer.buys(link, { quantity: '2', attempt: '0190a5c6-0000-4000-8000-000000000001' })
  t.equal(started.status, 303)
  const [device, receiptCookie] = started.headers['set-cookie']!
  t.match(device, /^kahub_device=[\w-]{22}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/)
  t.match(receiptCookie, /^kahub_receipt=[\w-]+; Path=\/back\/chk_\w+; Max-Age=\d+; HttpOnly; SameSite=Lax$/)
  const token = buyer.cookies.get('kahub_receipt')!
  t.notMatch(started.location, token, 'the gateway does not learn the receipt’s address')
  const again = await buyer.buys(link, { quantity: '2', attempt: '0190a5c6-0000-4000-8000-000000000001' })
  t.equal(again.location, started.location, 'pressed twice, it is one purchase')

  const path = `/r/${token}`
  const open = await buyer.get(path)
  t.match([open.status, open.state], [200, 'open'])
  t.match(open.headers, { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': /noindex/ })
  t.match(open.text, /<noscript><meta http-equiv="refresh"/)
  const paid = await buyer.post(started.location, { action: 'pay' })
  const back = await buyer.get(paid.location)
  t.match([back.status, back.location], [303, path])
  await until(async () => (await buyer.get(path)).state !== 'open')
  const completed = await buyer.get(path)
  const codes = [...completed.text.matchAll(/data-code>([^<]+)</g)].map(([, code]) => code)
  t.equal(codes.length, 2)
  t.ok(codes.every(code => link.secrets.includes(code!)))
  t.match(completed.text, /Enter it at steam\.example/)
  t.notMatch(/<title>(.*)<\/title>/.exec(completed.text)![1], codes[0]!)
  const reveals = await house.db<{ key_id: string, ip: string }[]>`select key_id, ip from reveals where key_id like 'chk_%' order by id desc limit 1`
  t.match(reveals[0]!.ip, /203\.0\.113\.7/, 'who was shown codes is on record')

  const wrong = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
  for (const address of [`/r/${wrong}`, '/r/x', `/r/test-${token}`]) t.equal((await buyer.get(address)).status, 404, 'another token opens nothing')
  const lines = shop.logged.join('')
  t.notMatch(lines, token, 'no log has the receipt’s address')
  for (const code of link.secrets) t.notOk(lines.includes(code), 'nor a code')
  t.match(lines, '"path":"/r/:token"')
})

t.test('back from a gateway without the cookie, the contact of the purchase is asked for, five times', async t => {
  const link = await shop.link()
  const buyer = shop.buyer()
  const started = await buyer.buys(link, { contact: 'Owner@Example.com' })
  const back = /Path=(\/back\/chk_\w+)/.exec(started.headers['set-cookie']!.join())![1]!
  const stranger = shop.buyer({ address: '192.0.2.77' })
  t.equal((await stranger.get(back)).state, 'question')
  t.equal((await stranger.post(back, { contact: 'other@example.com' })).status, 403)
  t.equal((await stranger.post(back, { contact: 'nonsense' })).status, 422)
  const found = await stranger.post(back, { contact: ' owner@example.com ' })
  t.match([found.status, found.location], [303, /^\/r\//])
  t.equal((await stranger.get(found.location)).state, 'open')
  const guesser = shop.buyer({ address: '192.0.2.78' })
  const tries = Array.from({ length: contactTriesMax + 1 }, (_, n) => guesser.post(back, { contact: `guess${n}@example.com` }))
  t.same((await Promise.all(tries)).map(({ status }) => status).sort(), [...Array(contactTriesMax).fill(403), 429])
  t.equal((await guesser.post(back, { contact: 'owner@example.com' })).status, 429, 'and then not even the right one')
  const nobody = back.slice(0, -1) + (back.endsWith('0') ? '1' : '0')
  t.match([(await stranger.get(nobody)).state, (await stranger.post(nobody, { contact: 'owner@example.com' })).status], ['question', 403], 'a purchase that is not there looks the same')
  t.equal((await stranger.get('/back/chk_nonsense')).status, 404)
})

t.test('a code that does not work is complained of, once, and the seller hears of it', async t => {
  const link = await shop.link({ stock: 2 })
  const buyer = shop.buyer()
  const receipt = await buyer.pays(link, { contact: 'complains@example.com' })
  const path = receipt.split('?')[0]!
  const told = await buyer.post(`${path}/complaints`, { position: '0', message: '  Already used <b>  ' })
  t.equal(told.status, 303)
  t.match((await buyer.get(path)).text, /data-complained="0"/)
  t.equal((await buyer.post(`${path}/complaints`, { position: '0', message: 'again' })).status, 303)
  const kept = await house.db<{ message: string, position: number }[]>`select message, position from complaints join checkouts on checkouts.id = checkout_id join links on links.id = link_id where slug = ${link.slug}`
  t.same([...kept], [{ message: 'Already used <b>', position: 0 }])
  const { data: events } = await seller.kahub.events.list({ types: ['complaint.opened'] }) as unknown as { data: { data: Record<string, string> }[] }
  t.match(events.at(-1)?.data, { message: 'Already used <b>', link: link.id })
  for (const form of [{ position: '1', message: 'x' }, { position: '0', message: '' }, { position: '0', message: 'x'.repeat(501) }, { position: '-1', message: 'x' }, {}]) {
    t.equal((await buyer.post(`${path}/complaints`, form as Record<string, string>)).status, 422, JSON.stringify(form).slice(0, 40))
  }
})

t.test('a buyer who does not want it any more sets it free at once', async t => {
  const link = await shop.link({ stock: 1 })
  const buyer = shop.buyer()
  await buyer.buys(link)
  const path = `/r/${buyer.cookies.get('kahub_receipt')}`
  t.equal((await buyer.post(`${path}/cancel`, {}, { 'sec-fetch-site': 'cross-site' })).status, 422, 'another site cannot')
  t.equal((await buyer.post(`${path}/cancel`, {})).status, 303)
  t.equal((await buyer.get(path)).state, 'cancelled')
  t.match((await buyer.post(`${path}/pay`, { gateway: 'sandbox' })).problem ?? (await buyer.post(`${path}/pay`, { gateway: 'sandbox' })).status, 409)
  t.equal((await shop.buyer({ address: '198.51.100.1' }).buys(link, { contact: 'next@example.com' })).status, 303, 'the next has it')
})

t.test('a receipt says how it stands, and why money goes back', async t => {
  const link = await shop.link({ stock: 5 })
  const buyer = shop.buyer()
  const started = await buyer.buys(link, { contact: 'states@example.com' })
  const id = readId('checkout', /Path=\/back\/(chk_\w+)/.exec(started.headers['set-cookie']!.join())![1]!)!
  const path = `/r/${buyer.cookies.get('kahub_receipt')}`
  const mark = async () => JSON.parse((await buyer.get(`${path}/state`)).text)
  const before = await mark()
  t.match(before, { state: 'open', mark: /^.{10}$/ })
  await house.db`update payments set state = 'pending', action = '{"kind":"qr","content":"weixin://pay?<x>"}', query_at = null where subject_id = ${id}`
  const scanned = await buyer.get(path)
  t.match(scanned.text, /<svg viewBox="0 0 \d+ \d+" role="img" aria-label="Scan to pay with Sandbox"/)
  t.not((await mark()).mark, before.mark, 'what has changed has another mark')
  await house.db`update payments set state = 'created', action = null where subject_id = ${id}`
  const down = await buyer.get(path)
  t.match(down.text, /data-gateway-down[\s\S]*<button class="button" name="gateway" value="sandbox">/, 'a gateway that did not answer can be asked again')
  const again = await buyer.post(`${path}/pay`, { gateway: 'sandbox' })
  t.match([again.status, again.location], [303, /sandbox-gateway/])
  t.equal((await house.db`select 1 from payments where subject_id = ${id}`).length, 1, 'and that is the same payment')
  t.match([(await buyer.post(`${path}/pay`, { gateway: 'other' })).status], [422])
  for (const [state, reason, amount] of [['refunding', 'out_of_stock', '98.00'], ['refunded', 'paid_twice', '98.01'], ['refunded', 'amount_mismatch', '99.90']] as const) {
    await house.db`update checkouts set state = ${state}, reason = ${reason}, ended_at = now() where id = ${id}`
    await house.db`
      with came as (
        insert into receipts (gateway, transaction, payment_id, reseller_id, currency, amount, applied, reason, source)
        select gateway, ${reason}, id, reseller_id, currency, ${Number(amount) * 10_000}, false, ${reason}, 'callback' from payments where subject_id = ${id}
        returning *
      )
      insert into paybacks (id, gateway, transaction, payment_id, reseller_id, currency, amount, reason, state)
      select gen_random_uuid(), gateway, transaction, payment_id, reseller_id, currency, amount, reason, ${state === 'refunded' ? 'succeeded' : 'due'} from came`
    const page = await buyer.get(path)
    t.equal(page.state, state)
    t.match(page.text, `data-reason="${reason}"`)
    t.match(page.text, new RegExp(`data-money-back>[^<]*${amount} ${state === 'refunded' ? 'has gone' : 'is going'} back`), 'what came is named, and where it is')
    t.equal(page.text.includes('http-equiv="refresh"'), state === 'refunding', 'it looks for itself while something is to come')
  }
})

t.test('an address that guesses slugs is shown nothing but what others look at', async t => {
  const known = await shop.link()
  const quiet = await shop.link()
  const guesser = shop.buyer({ address: '198.51.100.200' })
  t.equal((await shop.buyer().get(known.path)).status, 200)
  for (let n = 0; n < guessesPerMinute; n++) t.equal((await guesser.get(`/l/guess-${n}`)).status, 404)
  t.equal((await guesser.get('/l/one-more')).status, 429)
  t.equal((await guesser.get(quiet.path)).status, 429, 'not even when it is right')
  t.equal((await guesser.get(known.path)).status, 200)
  t.equal((await shop.buyer({ address: '198.51.100.201' }).get(quiet.path)).status, 200, 'nobody else is held up')
})

t.test('a browser that starts again and again has to wait', async t => {
  const link = await shop.link()
  const buyer = shop.buyer({ address: '198.51.100.210' })
  await buyer.buys(link, { contact: '1' })
  buyer.cookies.set('kahub_device', 'a'.repeat(22))
  const pages: Page[] = []
  for (let n = 0; n <= ratesPerDevice.start; n++) pages.push(await buyer.buys(link, { contact: '1' }))
  t.ok(pages.slice(0, -1).every(({ problem }) => problem === 'contact_invalid'))
  t.match([pages.at(-1)!.status, pages.at(-1)!.problem], [429, 'rate_limited'])
  t.match(pages.at(-1)!.headers['retry-after'], /^\d+$/)
  t.match(pages.at(-1)!.headers['ratelimit-policy'], /start-device/)
})

t.test('who is taken for a script does work, once for each start, and no other link’s', async t => {
  const link = await shop.link({ quota_per_buyer: 50 })
  const other = await shop.link()
  const address = '198.51.100.220'
  const trapped = await shop.buyer({ address }).buys(link, { website: 'https://spam.example' })
  t.match([trapped.status, trapped.problem], [403, 'challenge_needed'])
  t.match(trapped.text, new RegExp(`data-challenge="${link.path}/challenge"`))
  t.match(trapped.text, /<noscript><p class="problem">/, 'without a script one is told what to do')
  const buyer = shop.buyer({ address })
  t.match((await buyer.get(link.path)).text, /data-challenge=/, 'its network is asked from now on')
  t.notMatch((await shop.buyer({ address: '192.0.2.1' }).get(link.path)).text, /data-challenge=/, 'and no other is')
  const solve = async (path: string) => {
    const { challenge } = JSON.parse((await buyer.get(`${path}/challenge`)).text)
    const solution = await solveChallenge({ challenge, deriveKey })
    return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
  }
  const solved = await solve(link.path)
  const tampered = JSON.parse(Buffer.from(solved, 'base64').toString())
  tampered.challenge.parameters.cost = 1
  for (const challenge of ['', 'x', 'e30=', Buffer.from('null').toString('base64'), Buffer.from(JSON.stringify(tampered)).toString('base64'), await solve(other.path)]) {
    t.equal((await buyer.buys(link, { challenge })).problem, 'challenge_needed', challenge.slice(0, 12))
  }
  t.equal((await buyer.buys(link, { challenge: solved })).status, 303)
  t.equal((await buyer.buys(link, { challenge: solved })).problem, 'challenge_needed', 'a solution is good once')
  const late = await solve(link.path)
  shop.later(11 * 60_000)
  t.equal((await shop.buyer({ address }).buys(link, { contact: '1' })).problem, 'contact_invalid', 'an attack is forgotten after some minutes')
  await shop.buyer({ address }).buys(link, { website: 'again' })
  t.equal((await buyer.buys(link, { challenge: late })).problem, 'challenge_needed', 'and a solution is too old by then')
})

t.test('an attack is many starts of a link, or many refusals of a network that people seldom get', async t => {
  const watch = watchAttacks()
  const from = (network: string) => () => network
  for (let n = 0; n < networkRefusalsPerMinute * 3; n++) watch.countRefusal('link', 'net', 'link_sold_out', 0)
  t.notOk(watch.underAttack('link', from('net'), 0), 'a rush for what is sold out is none')
  for (let n = 0; n <= networkRefusalsPerMinute; n++) watch.countRefusal('link', 'net', 'contact_invalid', 0)
  t.ok(watch.underAttack('link', from('net'), 0))
  t.notOk(watch.underAttack('link', from('other'), 0))
  t.notOk(watch.underAttack('another', from('net'), 0))
  for (let n = 0; n <= linkStartsPerMinute; n++) watch.countStart('link', 0)
  t.ok(watch.underAttack('link', from('other'), 0))
  t.ok(watch.underAttack('link', from('other'), attackMs - 1))
  t.notOk(watch.underAttack('link', from('other'), attackMs), 'it is over when nothing more came')
})

t.test('a link of the test world is its own, and says so', async t => {
  const url = '/l/test-nothing'
  t.equal((await shop.buyer({ address: '192.0.2.9' }).get(url)).status, 404)
  const buyer = shop.buyer()
  const tester = await house.reseller({ world: 'test' })
  const sku = await house.sku({ world: 'test', codes: 3 })
  const { slug } = await tester.kahub.links.create({ reference: 'test', title: 'Try me', skus: [{ sku, retail_price: { amount: '98.00', currency: 'CNY' } }] })
  t.match(slug, /^test-/)
  t.match((await buyer.get(`/l/${slug}`)).text, /class="test-world"/)
  const receipt = await buyer.pays({ path: `/l/${slug}`, slug, sku, id: '', secrets: [] } satisfies ShopLink)
  t.match(receipt, /^\/r\/test-/)
  t.equal((await buyer.get(receipt)).state, 'completed')
})

t.test('what buyers are told of is worded in both languages', async t => {
  const words = readFileSync(new URL('../../src/api/buying/words.ts', import.meta.url), 'utf8')
  t.notMatch(words.split('\n  en: {')[1], /\p{Script=Han}/u, 'no Chinese in English')
})
