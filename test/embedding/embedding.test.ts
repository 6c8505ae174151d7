// What shows a link elsewhere, over HTTP: tags, iframe, oEmbed, pictures, QR codes, poster, short address.
import t, { type Test } from 'tap'
import { buyerLanguages } from '../../schema/vocabulary.ts'
import { guessesPerMinute } from '../../src/api/buying/buyer-rates.ts'
import { heightAt, pictureWidths } from '../../src/api/embedding/picture-size.ts'
import { drawingMax, openPictures, waitingMax } from '../../src/api/embedding/pictures.ts'
import { keepBounded } from '../../src/api/embedding/keep-bounded.ts'
import { offerText, shorten } from '../../src/api/embedding/link-words.ts'
import { shareTags } from '../../src/api/embedding/share-tags.ts'
import { readShownLink } from '../../src/domain/links/shown-link.ts'
import { until } from '../support/until.ts'
import { openStall } from './stall.ts'

const stall = await openStall(t)
const { house } = stall
const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)> \'&amp; {{7*7}} 🎉'
const get = (path: string, init: RequestInit = {}) => fetch(house.url + path, { redirect: 'manual', ...init })
const textOf = async (path: string, init: RequestInit = {}) => await (await get(path, init)).text()
/** Width and height of a PNG, from its first chunk. */
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]

t.test('whoever shares a link finds title, price, picture and oEmbed in its head, and nothing that runs', async t => {
  const { slug, version } = await stall.link({ title: hostile, description: 'Two\nlines & <b>more</b>', prices: ['19.90', '10.90'] })
  const link = (await readShownLink(house.worlds.live.db, slug))!
  for (const language of buyerLanguages) {
    const tags = shareTags(link, 'https://kahub.example', language)
    t.notMatch(tags, /<(?!meta |link )/, 'nothing but meta and link')
    t.notMatch(tags.replaceAll(/="[^"]*"/g, ''), /onerror|alert/, 'attributes do not end early')
    t.ok(tags.includes(`<link rel="canonical" href="https://kahub.example/l/${slug}">`))
    t.ok(tags.includes('<meta property="product:price:amount" content="10.90">'))
    t.ok(tags.includes(`content="https://kahub.example/l/${slug}/og.png?v=${version}&amp;lang=${language}"`))
    t.ok(tags.includes('<meta name="twitter:card" content="summary_large_image">'))
    t.match(tags, /og:description" content="Two lines &amp; &lt;b&gt;more&lt;\/b&gt;"/)
    t.match(tags, language === 'en' ? /og:locale" content="en_US"/ : /og:locale" content="zh_CN"/)
    for (const format of ['json', 'xml']) t.match(tags, new RegExp(`type="[a-z]+/${format}\\+oembed" href="https://kahub.example/oembed\\?url=[^"]+&amp;format=${format}"`))
  }
  t.ok((await textOf(`/l/${slug}`)).includes('application/json+oembed'), 'the page has them')
})

t.test('the page in an iframe says what the link offers, may be framed by everybody, and holds nothing inline', async t => {
  const { slug, version, id } = await stall.link({ title: hostile, prices: ['19.90', '29.90'], codes: 60 })
  const answer = await get(`/embed/${slug}?lang=en&theme=dark&utm_source=x`)
  const html = await answer.text()
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-security-policy'), /^default-src 'none'; style-src 'self'; script-src 'self';.*frame-ancestors \*$/)
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  t.equal(answer.headers.get('referrer-policy'), 'no-referrer')
  t.equal(answer.headers.get('x-frame-options'), null)
  t.match(html, /<html lang="en" data-theme="dark">/)
  t.match(html, /from ¥19\.90 <span>Plenty left<\/span>/)
  t.notMatch(html, /\b(60|120)\b/, 'the exact stock is not in it')
  t.ok(html.includes(`href="/l/${slug}?lang=en" target="_blank" rel="noopener"`))
  holdsNothingInline(t, html)
  t.match(await textOf(`/embed/${slug}`, { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } }), /立即购买/)

  await stall.seller.send('POST', `/v1/links/${id}/pause`, { body: {} })
  await until(async () => (await textOf(`/embed/${slug}?lang=zh-CN`)).includes('暂停销售'))
  t.match(await textOf(`/embed/${slug}?lang=zh-CN`), /class="buy quiet"[^>]*>查看详情/)
  t.ok(version >= 1)
})

t.test('what is left is said in steps', async t => {
  for (const [codes, says] of [[200, 'plenty'], [49, 'below_50'], [9, 'below_10'], [2, 'last_few']] as const) {
    const { slug } = await stall.link({ codes })
    t.ok((await textOf(`/embed/${slug}?lang=en`)).includes(`<span>${offerText({ state: 'active', left: says }, 'en')}</span>`), says)
  }
  const { slug } = await stall.link({ codes: 0 })
  t.match(await textOf(`/embed/${slug}?lang=en`), /<span>Sold out<\/span>/)
})

t.test('oEmbed tells of our own addresses, in JSON and XML, within the room there is', async t => {
  const { slug } = await stall.link({ title: hostile })
  const ask = (address: string, more = '') => get(`/oembed?url=${encodeURIComponent(address)}${more}`)
  for (const path of [`/l/${slug}`, `/s/${slug}`, `/embed/${slug}`, `/l/${slug}?lang=en&x=1`]) {
    const answer = await ask(house.url + path)
    t.equal(answer.status, 200, path)
    t.match(answer.headers.get('content-type'), /^application\/json/)
    t.equal(answer.headers.get('access-control-allow-origin'), '*')
    const told = await answer.json() as Record<string, string | number>
    t.match(told, { type: 'rich', version: '1.0', title: hostile, provider_name: 'kahub', provider_url: `${house.url}/`, cache_age: 300, width: 480, height: 132 })
    t.match(told, { thumbnail_width: 1200, thumbnail_height: 630 })
    t.match(told.html, new RegExp(`^<iframe src="${house.url}/embed/${slug}\\?lang=(en|zh-CN)" title="[^"<>]*" width="480" height="132" [^<>]*></iframe>$`))
    const thumbnail = await fetch(told.thumbnail_url as string)
    t.equal(thumbnail.headers.get('content-type'), 'image/png')
    await thumbnail.body?.cancel()
  }
  for (const [room, width, height, thumbnail] of [['&maxwidth=700', 480, 132, 600], ['&maxwidth=320&maxheight=100', 320, 100, undefined], ['&maxwidth=400&maxheight=200', 400, 132, 300]] as const) {
    const told = await (await ask(`${house.url}/l/${slug}`, room)).json() as Record<string, unknown>
    t.same([told.width, told.height, told.thumbnail_width], [width, height, thumbnail], room)
  }
  const xml = await ask(`${house.url}/l/${slug}`, '&format=xml')
  t.match(xml.headers.get('content-type'), /^text\/xml/)
  const text = await xml.text()
  t.match(text, /^<\?xml version="1.0" encoding="utf-8" standalone="yes"\?>\n<oembed>\n {2}<type>rich<\/type>/)

  t.equal((await ask(`${house.url}/l/${slug}`, '&format=yaml')).status, 501, 'a format that is not spoken')
  for (const query of ['', '?url=', '?url=x&maxwidth=0', '?url=x&maxwidth=wide']) t.equal((await get(`/oembed${query}`)).status, 400, query)
  for (const address of [
    `${house.url}/l/nobody-made-it`, `${house.url}/docs`, `https://elsewhere.example/l/${slug}`, `${house.url}@elsewhere.example/l/${slug}`,
    `javascript:alert(1)//l/${slug}`, `//l/${slug}`, 'no address', `${house.url}/l/${slug}/../../docs`
  ]) t.equal((await ask(address)).status, 404, address)
})

t.test('the Open Graph picture is drawn for any title, once for a version, and another for another', async t => {
  const { slug, version, ...rest } = await stall.link({ title: '边播边卖 Steam 钱包充值卡', prices: ['19.90', '29.90'] })
  const pictures = await Promise.all([1, 2, 3].map(() => get(`/l/${slug}/og.png?v=${version}`)))
  const [first, ...others] = await Promise.all(pictures.map(async answer => Buffer.from(await answer.arrayBuffer())))
  t.same(pictures.map(({ status }) => status), [200, 200, 200])
  t.same(sizeOf(first!), [1200, 630])
  for (const other of others) t.ok(first!.equals(other))
  t.match(pictures[0]!.headers.get('cache-control'), /max-age=86400/)
  t.equal(pictures[0]!.headers.get('cross-origin-resource-policy'), 'cross-origin')
  for (const width of pictureWidths.slice(1)) {
    t.same(sizeOf(Buffer.from(await (await get(`/l/${slug}/og.png?width=${width}`)).arrayBuffer())), [width, heightAt(width)])
  }
  await stall.changes({ slug, version, ...rest }, { title: '另一个标题' })
  await until(async () => !Buffer.from(await (await get(`/l/${slug}/og.png`)).arrayBuffer()).equals(first!))
  t.match((await get(`/l/${slug}/og.png?v=${version}`)).headers.get('cache-control'), /max-age=300/, 'of an old version it is not kept for long')

  for (const title of [hostile, '🎉🎉🎉', '안녕 السلام', `短${'很'.repeat(79)}`, `z${'\u0301'.repeat(79)}`, 'W'.repeat(80), '\u202e\u200bevil', '<svg/onload=x>&lt;']) {
    const { slug } = await stall.link({ title })
    const answer = await get(`/l/${slug}/og.png`)
    t.same(sizeOf(Buffer.from(await answer.arrayBuffer())), [1200, 630], title)
  }
  t.equal((await get(`/l/${slug}/og.png?width=5000`)).status, 422)
  t.equal((await get('/l/nobody-made-it/og.png')).status, 404)
})

t.test('pictures are drawn once each, two at a time, and no endless number waits', async t => {
  const pictures = openPictures()
  t.teardown(() => pictures.close())
  const words = { title: '标题', otherTitle: 'Wallet', price: '¥1', seller: 'S', invitation: '扫码购买', address: 'https://kahub.example/s/x' }
  const wishes = Array.from({ length: waitingMax + drawingMax + 5 }, (_, n) => pictures.draw({ ...words, price: `¥${n}` }, 300))
  const same = Promise.all([1, 2, 3].map(() => pictures.draw({ ...words, price: '¥0' }, 300)))
  const outcomes = await Promise.allSettled(wishes)
  const refused = outcomes.filter(outcome => outcome.status === 'rejected')
  t.equal(refused.length, 5)
  for (const { reason } of refused) t.equal(reason.code, 'overloaded')
  const [one, two, three] = await same
  t.ok(one === two && two === three, 'one picture for all who ask')
  t.equal(pictures.count, waitingMax + drawingMax)
  await pictures.draw({ ...words, price: '¥0' }, 300)
  t.equal(pictures.count, waitingMax + drawingMax, 'it was kept')
  await t.rejects(pictures.draw({ ...words, price: 'refused' }, 300, () => { throw new Error('no') }), /no/)
})

t.test('what is kept stays within its bounds, and a making that failed is not kept', async t => {
  let nowMs = 0
  const kept = keepBounded<string>({ countMax: 2, sizeMax: 10, sizeOf: text => text.length, goodMs: () => 100, clock: () => nowMs })
  let made = 0
  const get = (key: string, text = key) => kept.get(key, async () => { made++; return text })
  await get('a')
  await get('b')
  await get('a')
  await get('c')
  made = 0
  await get('a')
  t.equal(made, 0, 'what was used last stays')
  await get('b')
  t.equal(made, 1, 'what was not goes')
  await get('long', 'x'.repeat(11))
  await get('long', 'x'.repeat(11))
  t.equal(made, 3, 'what is too large is not kept')
  await get('b')
  t.equal(made, 3, 'and drives nothing out')
  nowMs = 101
  await get('b')
  t.equal(made, 4, 'what is too old is made anew')
  await t.rejects(kept.get('broken', async () => { throw new Error('broken') }), /broken/)
  t.equal(await get('broken'), 'broken')
})

t.test('texts are cut where a reader would cut them', async t => {
  t.equal(shorten('abc', 3), 'abc')
  t.equal(shorten('abcd', 3), 'ab…')
  t.equal(shorten('👨‍👩‍👧‍👦'.repeat(4), 3), '👨‍👩‍👧‍👦…')
  t.equal(shorten('边播边卖', 4), '边播边卖')
  t.equal(shorten('👍🏽👍🏽', 2), '👍🏽👍🏽')
  t.ok(shorten(`a${'\u0301'.repeat(5000)}`, 10).length <= 41, 'one letter of any length')
  t.ok(shorten('🎉'.repeat(5000), 10).isWellFormed())
})

t.test('the QR code holds the short address, as SVG and PNG, in a size that is bounded', async t => {
  const { slug } = await stall.link()
  const svg = await get(`/l/${slug}/qr.svg`)
  const text = await svg.text()
  t.match(svg.headers.get('content-type'), /^image\/svg\+xml/)
  t.notMatch(text, /<script|href|\bon\w+=/)
  const png = await get(`/l/${slug}/qr.png?size=300`)
  t.same(sizeOf(Buffer.from(await png.arrayBuffer())), [300, 300])
  t.equal(png.headers.get('content-type'), 'image/png')
  for (const size of ['95', '1025', '1e9', 'x', '-1']) t.equal((await get(`/l/${slug}/qr.png?size=${size}`)).status, 422, size)
  t.equal((await get('/l/nobody-made-it/qr.svg')).status, 404)
})

t.test('the poster has all that is needed to buy, in both languages and forms', async t => {
  const { slug } = await stall.link({ title: hostile, prices: ['19.90', '29.90', '39.90'] })
  for (const [lang, says] of [['en', 'Scan to buy'], ['zh-CN', '扫码购买']] as const) {
    for (const form of ['a4', 'phone']) {
      const answer = await get(`/l/${slug}/poster?lang=${lang}&form=${form}`)
      const html = await answer.text()
      t.equal(answer.status, 200)
      t.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'$/)
      t.ok(html.includes(says) && html.includes(`src="/l/${slug}/qr.svg"`) && html.includes('¥29.90'))
      t.ok(html.includes(`${house.url.replace('http://', '')}/s/${slug}`), 'the address to type')
      t.ok(html.includes(`class="${form}"`))
      holdsNothingInline(t, html)
    }
  }
})

t.test('the short address leads to the link; what is no link is a page that says so', async t => {
  const { slug } = await stall.link({ slug: 'ming-1111' })
  const short = await get(`/s/${slug}`)
  t.equal(short.status, 302)
  t.equal(short.headers.get('location'), '/l/ming-1111')
  for (const path of ['/s/nobody-made-it', '/embed/nobody-made-it', '/l/nobody-made-it/poster', '/s/..%2fdocs', '/embed/%22%3E%3Cscript%3E', '/embed/a%0d%0ab', '/overlay/wrong']) {
    const answer = await get(path, { headers: { 'accept-language': 'en' } })
    const html = await answer.text()
    t.equal(answer.status, 404, path)
    t.match(html, /There is no such page/, path)
    t.notMatch(html, /nobody-made-it|script>/, 'nothing of the address is in it')
    holdsNothingInline(t, html)
  }
  t.match((await get('/embed/nobody-made-it')).headers.get('content-security-policy'), /frame-ancestors \*$/, 'in a frame too')
})

t.test('links of the test world are found there, and their pages say so', async t => {
  const seller = await house.reseller({ world: 'test' })
  const sku = await house.sku({ world: 'test', codes: 5 })
  const { json } = await seller.send('POST', '/v1/links', { body: { reference: 't', title: 'Test', skus: [{ sku, retail_price: { amount: '12.00', currency: 'CNY' } }] } })
  t.match(json.slug, /^test-/)
  t.match(await textOf(`/embed/${json.slug}?lang=en`), /Test world/)
  t.match(await textOf(`/l/${json.slug}/poster?lang=zh-CN`), /测试环境/)
  t.equal((await get(`/s/${json.slug.replace('test-', '')}`)).status, 404)
})

t.test('files are kept for ever under the address that names what is in them, and under no other', async t => {
  const { slug } = await stall.link()
  const html = await textOf(`/embed/${slug}`)
  const files = [...html.matchAll(/(?:src|href)="(\/embedding\/assets\/[^"]+)"/g)].map(([, address]) => address!)
  t.equal(files.length, 2)
  for (const file of files) {
    const answer = await get(file)
    t.equal(answer.status, 200)
    t.match(answer.headers.get('cache-control'), /immutable/)
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    t.equal((await get(file.replace(/\.[\w-]{10}\./, '.'))).status, 404)
  }
  for (const name of ['constructor', '__proto__', '..%2fpage.ts', 'none.js']) t.equal((await get(`/embedding/assets/${name}`)).status, 404, name)
  const script = await get('/embed.js')
  t.match(script.headers.get('content-type'), /^text\/javascript/)
  t.equal(script.headers.get('cross-origin-resource-policy'), 'cross-origin')
  t.equal((await get('/embed.js', { headers: { 'if-none-match': script.headers.get('etag')! } })).status, 304)
  t.notMatch(await script.text(), /innerHTML|\beval\b|new Function|document\.write|setAttribute\('style'/)
})

t.test('whoever draws picture after picture is asked to wait; who reads what is drawn is not', async t => {
  const { slug } = await stall.link()
  const sizes = Array.from({ length: 130 }, (_, n) => 96 + n)
  const statuses = []
  let wait: string | null = null
  for (const size of sizes) {
    const answer = await get(`/l/${slug}/qr.svg?size=${size}`)
    statuses.push(answer.status)
    wait ??= answer.headers.get('retry-after')
    await answer.body?.cancel()
  }
  t.ok(statuses.includes(429))
  t.ok(Number(wait) >= 1)
  t.equal((await get(`/l/${slug}/qr.svg?size=96`)).status, 200, 'what was drawn is there')
})

t.test('whoever tries slug after slug finds nothing more, and what others look at is there all the while', async t => {
  const { slug } = await stall.link()
  const hidden = await stall.link()
  t.equal((await get(`/s/${slug}`)).status, 302)
  const statuses = new Set<number>()
  for (let n = 0; n < 2 * guessesPerMinute && !statuses.has(429); n++) statuses.add((await get(`/s/guess-${n}`)).status)
  t.ok(statuses.has(429))
  t.equal((await get(`/s/${slug}`)).status, 302)
  t.equal((await get(`/embed/${hidden.slug}`)).status, 429)
})

function holdsNothingInline (t: Test, html: string): void {
  t.notMatch(html, /<script(?![^>]* src="\/embedding\/assets\/)|<style|\sstyle=|\son\w+="/, 'nothing inline')
  t.notMatch(html, /<img src=x|alert\(1\)<\/script>/, 'no title ends where it should not')
}
